"""A stack through its staff API: sign-in, requests, and the services that commands use."""
