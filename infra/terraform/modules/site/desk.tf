# The headers of the desk: a page that talks to the API and to the sign-in pages, uses the camera, and is kept nowhere.

locals {
  desk_headers = {
    for page, desk in { for desk in var.desk[*] : "desk" => desk } : page => {
      name    = "${var.name}-desk"
      comment = "What browsers may do with the desk."

      frame_option = "DENY"

      content_security_policy = join("; ", [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        join(" ", distinct(concat(["connect-src 'self'"], var.api_origins, [desk.sign_in_url]))),
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
      ])

      more = {
        "Cache-Control"              = "no-cache"
        "Cross-Origin-Opener-Policy" = "same-origin"
        "Permissions-Policy" = join(", ", [
          for feature in local.refused_features : feature == "camera" ? "camera=(self)" : "${feature}=()"
        ])
      }
    }
  }
}
