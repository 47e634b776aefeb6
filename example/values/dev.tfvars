# A stack to try things on, in AWS: destroyed and made anew at will.
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
