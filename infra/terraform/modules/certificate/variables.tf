variable "names" {
  description = "The host names that the certificate is for."
  type        = list(string)
}

variable "region" {
  description = "The certificate's Region: us-east-1 for CloudFront."
  type        = string
}

variable "zone_id" {
  description = "The Route 53 hosted zone to prove the names in. null leaves the records to you."
  type        = string
}

variable "wait" {
  description = "How long an apply waits until the certificate is issued, such as 20m. null doesn't wait."
  type        = string
}
