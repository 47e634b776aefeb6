# A stack in AWS to try things on. You can destroy and recreate it any time.
stack               = "dev"
region              = "eu-north-1"
sender              = "Kuggen Robotics Academy (test) <courses-test@example.org>"
deletion_protection = false
log_level           = "DEBUG"
log_retention_days  = 30

throttle = {
  rate  = 20
  burst = 50
}
