# What is asked of the API by address alone: GET /forms/{form} of submit, and a registrant's own page, GET and POST /my, of links.

resource "aws_api_gateway_resource" "forms" {
  rest_api_id = aws_api_gateway_rest_api.this.id
  parent_id   = aws_api_gateway_rest_api.this.root_resource_id
  path_part   = "forms"
}

resource "aws_api_gateway_resource" "described" {
  rest_api_id = aws_api_gateway_rest_api.this.id
  parent_id   = aws_api_gateway_resource.forms.id
  path_part   = "{form}"
}

resource "aws_api_gateway_method" "describe" {
  rest_api_id   = aws_api_gateway_rest_api.this.id
  resource_id   = aws_api_gateway_resource.described.id
  http_method   = "GET"
  authorization = "NONE"
}

resource "aws_api_gateway_integration" "describe" {
  rest_api_id             = aws_api_gateway_rest_api.this.id
  resource_id             = aws_api_gateway_resource.described.id
  http_method             = aws_api_gateway_method.describe.http_method
  type                    = "AWS_PROXY"
  integration_http_method = "POST"
  uri                     = var.submit_invoke_arn
}

resource "aws_api_gateway_resource" "my" {
  rest_api_id = aws_api_gateway_rest_api.this.id
  parent_id   = aws_api_gateway_rest_api.this.root_resource_id
  path_part   = "my"
}

resource "aws_api_gateway_method" "links" {
  for_each = toset(["GET", "POST"])

  rest_api_id   = aws_api_gateway_rest_api.this.id
  resource_id   = aws_api_gateway_resource.my.id
  http_method   = each.value
  authorization = "NONE"
}

resource "aws_api_gateway_integration" "links" {
  for_each = toset(["GET", "POST"])

  rest_api_id             = aws_api_gateway_rest_api.this.id
  resource_id             = aws_api_gateway_resource.my.id
  http_method             = aws_api_gateway_method.links[each.value].http_method
  type                    = "AWS_PROXY"
  integration_http_method = "POST"
  uri                     = var.links_invoke_arn
}
