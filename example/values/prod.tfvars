# The stack that visitors use. Put in your own names: see docs/operator.md.
stack         = "prod"
region        = "eu-north-1"
sender        = "Kuggen Robotics Academy <courses@example.org>"
sender_domain = "example.org"
alarm_email   = "operators@example.org"

# With names of your own in a Route 53 zone (docs/options.md says what to do without one):
# domain = {
#   site    = "courses.example.org"
#   api     = "api.courses.example.org"
#   zone_id = "Z0123456789ABCDEFGHIJ"
# }
