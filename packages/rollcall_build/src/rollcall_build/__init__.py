"""What builds a deployment: the form files checked and compiled, the site, the functions' zip, the API's description.

Nothing here runs in Lambda.
"""
