# The headers of the pages below /embed/: the same as every page's, but some origins may show them in a frame.

locals {
  # The longest name first: /embed/course* also matches /embed/course-adults, whose own behaviour must come before it.
  embed_lengths = reverse(sort([for form in keys(var.embed_on) : format("%03d %s", length(form), form)]))
  embedded      = [for line in local.embed_lengths : split(" ", line)[1]]

  # Forms with the same origins share a policy: an account has 20.
  frame_ancestors = { for form, origins in var.embed_on : form => join(" ", sort(distinct(origins))) }

  embed_headers = {
    for ancestors in distinct(values(local.frame_ancestors)) : "embed ${ancestors}" => {
      name                    = "${var.name}-embed-${substr(sha256(ancestors), 0, 8)}"
      comment                 = "What browsers may do with forms on other sites."
      content_security_policy = replace(local.content_security_policy, "frame-ancestors 'none'", "frame-ancestors ${ancestors}")
      frame_option            = null # it can't name origins
      more                    = local.headers_of_pages
    }
  }
}
