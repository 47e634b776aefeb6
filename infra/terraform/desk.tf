# The staff API and the desk: who signs in, the function behind /staff/, where exports wait, and who may call with IAM.

locals {
  signs_in  = try(var.staff_auth.kind == "cognito", false)
  staff_iam = try(var.staff_auth.kind == "iam", false)

  # The name must not contain aws, amazon or cognito, and is unique in the Region across all accounts.
  sign_in_domain = join("-", [
    "rollcall",
    replace(var.stack, "/aws|amazon|cognito/", "x"),
    substr(sha256("${data.aws_caller_identity.this.account_id}/${var.stack}"), 0, 8),
  ])
  sign_in_url = !local.signs_in ? null : coalesce(
    var.staff_auth.sign_in_url, "https://${local.sign_in_domain}.auth.${var.region}.amazoncognito.com"
  )

  desk = var.staff_auth == null ? null : {
    kind         = var.staff_auth.kind
    user_pool_id = one(module.sign_in[*].user_pool_id)
    client_id    = one(module.sign_in[*].client_id)
    sign_in_url  = local.sign_in_url
  }
}

module "sign_in" {
  source = "./modules/sign_in"
  count  = local.signs_in ? 1 : 0

  name                = local.name
  domain              = local.sign_in_domain
  desk_url            = "${local.site_url}/desk/"
  invitation_url      = try("${coalesce(var.site_url, try("https://${local.domain.site}", null))}/desk/", null)
  command_line_url    = "http://localhost:8976/" # `rollcall login` listens here
  deletion_protection = var.deletion_protection
}

# --- exports ------------------------------------------------------------------------------------------------------------

data "aws_iam_policy_document" "exports" {}

# An export waits for its one download: the link lives for five minutes, the file for a day.
module "exports" {
  source = "./modules/bucket"
  count  = var.staff_auth == null ? 0 : 1

  name              = "${local.name}-exports-${data.aws_caller_identity.this.account_id}"
  policy            = data.aws_iam_policy_document.exports.json
  keep_objects      = false
  plaintext_sources = var.plaintext_sources
  key               = local.key

  lifecycle_rule = {
    name            = "forget-exports"
    days            = 1
    noncurrent_days = 1
  }
}

# --- staff: what the desk and `rollcall --via api` ask -------------------------------------------------------------------

# The data rights of the manager's policy (modules/staff), without its scan: what each person may do, the function decides.
data "aws_iam_policy_document" "staff" {
  statement {
    sid       = "ReadSubmissionsSeatsAndForms"
    actions   = ["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query"]
    resources = [module.store.arn]

    condition {
      test     = "ForAllValues:StringLike"
      variable = "dynamodb:LeadingKeys"
      values   = ["SUB#*", "QUOTA#*", "FORM#*", "FORMS", "OPENINGS#*"]
    }
  }

  statement {
    sid       = "ListSubmissions"
    actions   = ["dynamodb:Query"]
    resources = [for name in ["by_email", "by_month", "by_topic"] : "${module.store.arn}/index/${name}"]
  }

  # Each action of a transaction may use each of its keys: docs/decisions/0068-rights-from-data.md.
  statement {
    sid = "ChangeSubmissionsAndSeats"
    actions = [
      "dynamodb:ConditionCheckItem",
      "dynamodb:DeleteItem",
      "dynamodb:GetItem",
      "dynamodb:PutItem",
      "dynamodb:UpdateItem",
    ]
    resources = [module.store.arn]

    condition {
      test     = "ForAllValues:StringLike"
      variable = "dynamodb:LeadingKeys"
      values   = ["SUB#*", "ONCE#*", "IDEM#*", "REF#*", "QUOTA#*", "ERASED#*", "SUPPRESS#*"]
    }
  }

  statement {
    sid       = "OpenAndClose"
    actions   = ["dynamodb:PutItem"]
    resources = [module.store.arn]

    condition {
      test     = "ForAllValues:StringLike"
      variable = "dynamodb:LeadingKeys"
      values   = ["OPENINGS#*"]
    }
  }

  # The first call that needs the guard keys makes them.
  statement {
    sid       = "ReadOrMakeTheGuardKeys"
    actions   = ["dynamodb:GetItem", "dynamodb:PutItem"]
    resources = [module.store.arn]

    condition {
      test     = "ForAllValues:StringLike"
      variable = "dynamodb:LeadingKeys"
      values   = ["KEY#guards"]
    }
  }

  statement {
    sid       = "QueueMails"
    actions   = ["sqs:SendMessage"]
    resources = [module.mail.queue_arn]
  }

  # A link carries the rights of its signer, so the function may read what it links to.
  statement {
    sid       = "KeepExportsAndLinkToThem"
    actions   = ["s3:GetObject", "s3:PutObject"]
    resources = [for bucket in module.exports : "${bucket.arn}/*"]
  }

  dynamic "statement" {
    for_each = local.files[*]

    content {
      sid       = "LinkToFiles"
      actions   = ["s3:GetObject"]
      resources = ["${statement.value.arn}/kept/*"]
    }
  }

  dynamic "statement" {
    for_each = local.key[*]

    content {
      sid       = "UseTheKeyForExports"
      actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
      resources = [statement.value.arn]

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = ["s3.${var.region}.${data.aws_partition.this.dns_suffix}"]
      }
    }
  }
}

module "staff_function" {
  source = "./modules/function"
  count  = var.staff_auth == null ? 0 : 1

  name        = "staff"
  shared      = merge(local.shared_by_functions, { package_path = replace(var.package_path, "/\\.zip$/", "-staff.zip") })
  description = "Lets staff see and change submissions."
  policy      = data.aws_iam_policy_document.staff.json
  timeout_s   = 29 # the gateway waits no longer
  memory_mb   = 512

  environment = merge(
    {
      TABLE           = module.store.name
      MAIL_QUEUE_URL  = module.mail.queue_url
      ALLOWED_ORIGINS = join(",", distinct(concat([local.site_url], local.own_site_urls)))
      EXPORTS_BUCKET  = module.exports[0].name
      STAFF_AUTH      = var.staff_auth.kind
    },
    { for files in local.files[*] : "FILES_BUCKET" => files.bucket },
    local.signs_in ? { STAFF_CLIENTS = module.sign_in[0].client_id } : {},
  )
}

# One permission for each stage, whatever the method.
resource "aws_lambda_permission" "staff" {
  for_each = toset(var.staff_auth == null ? [] : local.stage_names)

  statement_id  = "${each.value}-staff"
  action        = "lambda:InvokeFunction"
  function_name = module.staff_function[0].name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${module.api.execution_arn}/${each.value}/*/staff/*"
}

# --- who may call with IAM ----------------------------------------------------------------------------------------------

# For people who get no rights to the data itself. An administrator attaches them, like those of modules/staff.
data "aws_iam_policy_document" "staff_api" {
  for_each = local.staff_iam ? { reader = "GET", manager = "*" } : {}

  statement {
    sid       = each.key == "reader" ? "ReadThroughTheStaffApi" : "UseTheStaffApi"
    actions   = ["execute-api:Invoke"]
    resources = ["${module.api.execution_arn}/${local.stage_name}/${each.value}/staff/*"]
  }
}

resource "aws_iam_policy" "staff_api" {
  for_each = data.aws_iam_policy_document.staff_api

  name        = "${local.name}-api-${each.key}"
  path        = "/staff/" # its own path, as in modules/staff
  description = each.key == "reader" ? "Lets staff see submissions through the staff API." : "Lets staff see and change submissions through the staff API."
  policy      = each.value.json

  lifecycle {
    ignore_changes = [description]
  }
}
