"""What moto's own interpreter runs: moto's server, with its differences from AWS removed."""
