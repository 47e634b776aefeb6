# Webhooks: telling an organisation's own programs of events. Wired up in webhooks.tf.

variable "webhooks" {
  description = "Delivers the [[webhooks]] of the form files: signed messages to programs of your own, Slack or Teams. Write {}. It costs about 0.50 USD a month for a secret and an alarm, up to 0.30 for asking its queue, and fractions of a cent per message; visitors and mails wait no longer. null delivers none."
  type        = object({})
  default     = null
}
