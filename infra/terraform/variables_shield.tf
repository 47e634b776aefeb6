# Who may reach the stack, and under which key its data is. rollcall check validates an organisation's values with this file.

variable "firewall" {
  description = "Puts AWS WAF before the site and the API: AWS's managed rules, and a limit per address. covers: site, api or both. mode: block, or count to try it first. rate: at most limit requests from one address in window_s seconds. About 11 USD a month for each of the two, and 0.60 USD per million requests; AWS adds no delay that visitors notice. null leaves it out."
  type = object({
    covers = optional(set(string), ["site", "api"])
    mode   = optional(string, "block")
    rate = optional(object({
      limit    = optional(number, 2000)
      window_s = optional(number, 300)
    }), {})
  })
  default = null

  validation {
    condition     = var.firewall == null || try(length(var.firewall.covers) > 0 && length(setsubtract(var.firewall.covers, ["site", "api"])) == 0, false)
    error_message = "firewall.covers must contain site, api or both."
  }

  validation {
    condition     = var.firewall == null || var.one_origin == null || try(contains(var.firewall.covers, "site"), true)
    error_message = "With one_origin, firewall.covers must contain site: visitors reach the API through it."
  }

  validation {
    condition     = var.firewall == null || try(contains(["block", "count"], var.firewall.mode), false)
    error_message = "firewall.mode must be block, or count to see what it would block."
  }

  validation {
    condition     = var.firewall == null || try(var.firewall.rate.limit >= 10 && var.firewall.rate.limit <= 2000000000 && floor(var.firewall.rate.limit) == var.firewall.rate.limit, false)
    error_message = "firewall.rate.limit must be a whole number from 10 to 2000000000, as AWS WAF allows."
  }

  validation {
    condition     = var.firewall == null || try(contains([60, 120, 300, 600], var.firewall.rate.window_s), false)
    error_message = "firewall.rate.window_s must be 60, 120, 300 or 600, as AWS WAF allows."
  }
}

variable "access" {
  description = "Lets only these networks and countries reach the site and the API, links in mails included. addresses: public CIDR blocks, IPv4 or IPv6. countries: ISO 3166 codes. Empty lets everyone in. Free for addresses at the API and countries at the site; a web ACL for the other two costs 6 USD a month each, or 1 USD if firewall has one there already. No delay that visitors notice. To end it, first apply {}: see docs/options.md. null leaves it out."
  type = object({
    addresses = optional(list(string), [])
    countries = optional(list(string), [])
  })
  default = null

  validation {
    condition     = alltrue([for network in try(var.access.addresses, []) : can(cidrhost(network, 0))])
    error_message = "Each of access.addresses must be a CIDR block, such as 192.0.2.0/24 or 2001:db8::/32."
  }

  validation {
    condition     = alltrue([for network in try(var.access.addresses, []) : try(cidrsubnet(network, 0, 0) == lower(network), true)])
    error_message = "access.addresses must name the first address of each network. Write ${join(", ", compact([for network in try(var.access.addresses, []) : try(cidrsubnet(network, 0, 0), network)]))}."
  }

  validation {
    condition     = alltrue([for network in try(var.access.addresses, []) : try(!endswith(network, "/0"), true)])
    error_message = "access.addresses must not contain /0, which is every address. Leave addresses empty for that."
  }

  validation {
    condition     = alltrue([for network in try(var.access.addresses, []) : !can(regex("^(10\\.|192\\.168\\.|172\\.(1[6-9]|2[0-9]|3[01])\\.|[fF][cCdD][0-9a-fA-F]{2}:)", network))])
    error_message = "access.addresses must be public: AWS never sees addresses such as 10.0.0.0/8 or 192.168.0.0/16. Ask your network's administrators which addresses your office has on the internet."
  }

  validation {
    condition     = var.one_origin == null || length(try(var.access.addresses, [])) + length(try(var.access.countries, [])) == 0
    error_message = "Leave out one_origin or access: with one_origin the API sees CloudFront's addresses instead of the visitors'."
  }

  validation {
    condition     = length(try(var.access.addresses, [])) <= 100
    error_message = "access.addresses may contain 100 networks at most: more don't fit into the API's policy."
  }

  validation {
    condition     = length(setsubtract(try(var.access.countries, []), local.country_codes)) == 0
    error_message = "access.countries must be codes of ISO 3166 with two capital letters, such as SE or GB. Unknown: ${join(", ", compact(setsubtract(try(var.access.countries, []), local.country_codes)))}."
  }
}

locals {
  country_codes = split(" ", join(" ", [
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ",
    "CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO",
    "FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE",
    "JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO",
    "MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW",
    "PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM",
    "TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW",
  ]))
}

variable "encryption" {
  description = "Encrypts the table, queues, topics, logs, secrets, the desk's exports and the functions' environment under a key of your own in KMS, which AWS renews every year. Costs 1 USD a month, at most 3 after two renewals, and 0.03 per 10,000 uses. Services keep what they decrypted for minutes, so visitors notice nothing. To end it: set retired = true, wait, then leave encryption out; see docs/options.md. deletion_window_days: how long you can then take the key back. null leaves the keys to AWS."
  type = object({
    retired              = optional(bool, false)
    deletion_window_days = optional(number, 30)
  })
  default = null

  validation {
    condition     = var.encryption == null || try(contains([for days in range(7, 31) : days], var.encryption.deletion_window_days), false)
    error_message = "encryption.deletion_window_days must be a whole number from 7 to 30, as KMS allows."
  }

  validation {
    condition     = var.encryption == null || (var.replica_regions == null && var.takes_over == null)
    error_message = "Leave out encryption if you set replica_regions or takes_over: a key is in one Region, and a table's copies are in others."
  }
}
