# The rules in the words of AWS WAF's API, as rule_json takes them: docs/decisions/0080-firewall.md.
# They take about 1,145 capacity units of the 1,500 that cost nothing extra.

locals {
  too_many = "too-many"

  managed_sets = var.protection == null ? [] : [
    {
      name       = "AWSManagedRulesAmazonIpReputationList"
      labels     = "amazon-ip-list"
      body_rules = []
    },
    {
      name       = "AWSManagedRulesCommonRuleSet"
      labels     = "core-rule-set"
      body_rules = ["SizeRestrictions", "EC2MetaDataSSRF", "GenericLFI", "GenericRFI", "CrossSiteScripting"]
    },
    {
      name       = "AWSManagedRulesKnownBadInputsRuleSet"
      labels     = "known-bad-inputs"
      body_rules = ["JavaDeserializationRCE", "Log4JRCE", "ReactJSRCE"]
    },
    {
      name       = "AWSManagedRulesSQLiRuleSet"
      labels     = "sql-database"
      body_rules = ["SQLi", "SQLiExtendedPatterns"]
    },
  ]

  # A rule's name ends in _BODY, its label in _Body:
  # https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-list.html
  body_labels = flatten([
    for set in local.managed_sets : [for rule in set.body_rules : "awswaf:managed:aws:${set.labels}:${rule}_Body"]
  ])

  # Where people write free text, at the gateway's own address and at a domain of one's own. A pattern may have 512 characters.
  written_paths = concat(
    [for names in chunklist(var.forms, 14) : "^(/(${join("|", var.stage_names)}))?/(${join("|", names)})$"],
    [for folder in var.free_text_below : "^(/(${join("|", var.stage_names)}))?/${folder}/"],
  )

  relayed = {
    RegexMatchStatement = {
      RegexString         = "^/${coalesce(var.relayed_stage, "-")}/"
      FieldToMatch        = { UriPath = {} }
      TextTransformations = [{ Priority = 0, Type = "NONE" }]
    }
  }

  block_or_count = try(var.protection.mode, "block") == "count" ? "Count" : "Block"

  access_rules = concat(
    [
      for sets in [values(aws_wafv2_ip_set.this)] : {
        Name      = "other-addresses"
        Action    = { Block = {} }
        Statement = { AndStatement = { Statements = [for set in sets : { NotStatement = { Statement = { IPSetReferenceStatement = { ARN = set.arn } } } }] } }
      } if length(sets) > 0
    ],
    [
      for countries in [var.countries] : {
        Name      = "other-countries"
        Action    = { Block = {} }
        Statement = { NotStatement = { Statement = { GeoMatchStatement = { CountryCodes = countries } } } }
      } if length(countries) > 0
    ],
  )

  rate_rules = [
    for rate in var.protection[*].rate : {
      Name = "rate"

      Statement = {
        RateBasedStatement = merge(
          { Limit = rate.limit, EvaluationWindowSec = rate.window_s, AggregateKeyType = "IP" },
          var.relayed_stage == null ? {} : { ScopeDownStatement = { NotStatement = { Statement = local.relayed } } },
        )
      }

      Action = {
        (local.block_or_count) = local.block_or_count == "Count" ? {} : {
          CustomResponse = {
            ResponseCode          = 429
            CustomResponseBodyKey = local.too_many

            # As the API's other errors: scripts on any page may read it.
            ResponseHeaders = [
              { Name = "Retry-After", Value = tostring(rate.window_s) },
              { Name = "Access-Control-Allow-Origin", Value = "*" },
              { Name = "Access-Control-Expose-Headers", Value = "Retry-After" },
            ]
          }
        }
      }
    }
  ]

  # A set's rules on bodies only leave their label. The last rule decides.
  managed_rules = [
    for set in local.managed_sets : {
      Name           = set.name
      OverrideAction = { (local.block_or_count == "Count" ? "Count" : "None") = {} }

      Statement = {
        ManagedRuleGroupStatement = {
          VendorName          = "AWS"
          Name                = set.name
          RuleActionOverrides = [for rule in set.body_rules : { Name = "${rule}_BODY", ActionToUse = { Count = {} } }]
        }
      }
    }
  ]

  # What people write in a form looks like an attack often enough, and a form may have 32 KB, four times as much as
  # SizeRestrictions_BODY allows. So a body that a managed rule dislikes is refused everywhere but on the forms' paths, and
  # on those of the staff API, where answers are corrected.
  body_rules = [
    for labels in [local.body_labels] : {
      Name   = "bodies-elsewhere"
      Action = { (local.block_or_count) = {} }

      Statement = {
        AndStatement = {
          Statements = concat(
            [{ OrStatement = { Statements = [for label in labels : { LabelMatchStatement = { Scope = "LABEL", Key = label } }] } }],
            [
              for pattern in local.written_paths : {
                NotStatement = {
                  Statement = {
                    RegexMatchStatement = {
                      RegexString         = pattern
                      FieldToMatch        = { UriPath = {} }
                      TextTransformations = [{ Priority = 0, Type = "NONE" }]
                    }
                  }
                }
              }
            ],
          )
        }
      }
    } if length(labels) > 0
  ]

  rules = [
    for priority, rule in concat(local.access_rules, local.rate_rules, local.managed_rules, local.body_rules) : merge(rule, {
      Priority         = priority
      VisibilityConfig = { CloudWatchMetricsEnabled = true, MetricName = rule.Name, SampledRequestsEnabled = false }
    })
  ]
}
