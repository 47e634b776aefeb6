# The stack that visitors use. Put in your own names: see docs/operator.md.
stack         = "prod"
region        = "eu-north-1"
sender        = "Kuggen Robotics Academy <courses@example.org>"
sender_domain = "example.org"
alarm_email   = "operators@example.org"

# With a name of your own and its certificate in us-east-1:
# site_domain = {
#   names           = ["courses.example.org"]
#   certificate_arn = "arn:aws:acm:us-east-1:111122223333:certificate/…"
# }
