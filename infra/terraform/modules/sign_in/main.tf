# Who may sign in to the desk: a Cognito user pool with two groups, and the one client that its pages and the command line use.

resource "aws_cognito_user_pool" "this" {
  name                = var.name
  deletion_protection = var.deletion_protection ? "ACTIVE" : "INACTIVE"
  user_pool_tier      = "LITE" # passwords, codes and groups are in each tier, and this one costs least
  mfa_configuration   = "ON"

  # People are created with their address as their user name, so histories name a person. An address as an alias would
  # make AWS invent the user name.
  username_configuration {
    case_sensitive = false
  }

  software_token_mfa_configuration {
    enabled = true
  }

  password_policy {
    minimum_length                   = 12
    require_lowercase                = false
    require_uppercase                = false
    require_numbers                  = false
    require_symbols                  = false
    temporary_password_validity_days = 7
  }

  admin_create_user_config {
    allow_admin_create_user_only = true

    # Cognito wants both texts to hold the user name and the password, and sends only the mail. It can't name the
    # distribution's address: the distribution needs the API, and the API this pool.
    invite_message_template {
      email_subject = "Your sign-in for the desk"
      email_message = join("<br>", [
        var.invitation_url == null ? "You can now sign in to the desk. Ask the person who invited you for its address, which ends in /desk/." : "You can now sign in to the desk: ${var.invitation_url}",
        "Your name there: {username}",
        "Your first password: {####}",
        "The password works for seven days. You will choose one of your own, and need an app that shows sign-in codes.",
      ])
      sms_message = "User name {username}, first password {####}"
    }
  }

  # A mail alone resets no password: someone who can read a person's mail must not get into the desk.
  account_recovery_setting {
    recovery_mechanism {
      name     = "admin_only"
      priority = 1
    }
  }
}

resource "aws_cognito_user_group" "this" {
  for_each = {
    readers  = "See submissions, and change none."
    managers = "See and change submissions."
  }

  user_pool_id = aws_cognito_user_pool.this.id
  name         = each.key
  description  = each.value
}

# Spelled out for the API: it would otherwise be replaced as the API's deployment is, the new one before the old one is gone.
locals {
  resource_server = "rollcall"
  scope_name      = "staff"
  scope           = "${local.resource_server}/${local.scope_name}"
}

# Its scope is only in access tokens, so the API takes no ID token.
resource "aws_cognito_resource_server" "this" {
  user_pool_id = aws_cognito_user_pool.this.id
  identifier   = local.resource_server
  name         = "Rollcall"

  scope {
    scope_name        = local.scope_name
    scope_description = "Use the staff API."
  }
}

# Without a secret, because a page can't keep one. The code flow with PKCE proves that the tokens go to the page that asked for them.
resource "aws_cognito_user_pool_client" "desk" {
  user_pool_id                  = aws_cognito_user_pool.this.id
  name                          = "desk"
  generate_secret               = false
  explicit_auth_flows           = ["ALLOW_REFRESH_TOKEN_AUTH"] # passwords go to the sign-in pages only
  supported_identity_providers  = ["COGNITO"]
  prevent_user_existence_errors = "ENABLED"
  enable_token_revocation       = true

  allowed_oauth_flows_user_pool_client = true
  allowed_oauth_flows                  = ["code"]
  allowed_oauth_scopes                 = ["openid", local.scope]
  callback_urls                        = [var.desk_url, var.command_line_url]
  logout_urls                          = [var.desk_url]

  access_token_validity  = 10
  id_token_validity      = 10
  refresh_token_validity = 12

  token_validity_units {
    access_token  = "minutes"
    id_token      = "minutes"
    refresh_token = "hours"
  }

  depends_on = [aws_cognito_resource_server.this] # Cognito refuses a scope that it doesn't know
}

resource "aws_cognito_user_pool_domain" "this" {
  user_pool_id = aws_cognito_user_pool.this.id
  domain       = var.domain
}
