"""What builds a deployment: form files, the site, the functions' zip and the API's description.

Nothing here runs in Lambda.
"""
