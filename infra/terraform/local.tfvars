# The local stack: an emulator on loopback. make up adds package_path, site_url, api_url, staff_auth,
# webhooks and files.
stack               = "local"
region              = "eu-north-1"
sender              = "Kuggen Robotics Academy <courses@example.org>"
deletion_protection = false
plaintext_sources   = ["127.0.0.0/8"]
log_retention_days  = 7

# The emulator runs each concurrent request in its own process.
reserved_concurrency = {
  submit   = 16
  links    = 4
  staff    = 4
  sweep    = 1
  dispatch = 2
  notify   = 2
  feedback = 2
  deliver  = 5
  files    = 2
}

# Everything sent here comes from one address.
rate_limits = {
  per_address = 0
  per_email   = 0
}

throttle = {
  rate  = 500
  burst = 1000
}

# Fix the API's ID beforehand: the first for ministack, the second for LocalStack.
tags = {
  ms-custom-id = "rollcall"
  _custom_id_  = "rollcall"
}
