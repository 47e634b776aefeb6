# One role for delivery. What fits into no inline policy is in managed ones of its own.

resource "aws_iam_role" "this" {
  name               = var.name
  description        = var.description
  assume_role_policy = var.trust_policy
}

resource "aws_iam_policy" "this" {
  for_each = var.managed_policies

  name        = "${var.name}-${each.key}"
  path        = "/delivery/"
  description = "Part of the rights of the role ${var.name}."
  policy      = each.value
}

resource "aws_iam_role_policy_attachment" "this" {
  for_each = merge({ for name, policy in aws_iam_policy.this : name => policy.arn }, var.attached_arns)

  role       = aws_iam_role.this.name
  policy_arn = each.value
}

resource "aws_iam_role_policy" "this" {
  for_each = var.inline_policies

  name   = each.key
  role   = aws_iam_role.this.name
  policy = each.value
}
