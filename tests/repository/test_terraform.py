"""Blocks of Terraform and what is set in them."""

from __future__ import annotations

from llmlint.repository.terraform import blocks

TEXT = """\
# resource "aws_budgets_budget" "commented" {}
/* resource "aws_budgets_budget" "out" {
} */
resource "aws_budgets_budget" "llm" {
  name = "llm" // not { this
  notification {
    threshold                  = 80
    subscriber_email_addresses = ["a@example.org", "b@example.org"]
  }
  message = <<-EOT
    Tokens { @pagerduty
  EOT
}
locals { day = 1 }
"""


def test_blocks_with_their_lines() -> None:
    found = [(block.word, block.labels, block.line) for block in blocks(TEXT)]
    assert found == [("resource", ("aws_budgets_budget", "llm"), 4), ("locals", (), 14)]


def test_values_at_any_depth() -> None:
    block = next(blocks(TEXT))
    assert ("threshold", "80", 7) in [(value.name, value.text, value.line) for value in block.values]
    mails = [value.text for value in block.values if value.name == "subscriber_email_addresses"]
    assert mails[-2:] == ["a@example.org", "b@example.org"]


def test_comments_are_no_text() -> None:
    block = next(blocks(TEXT))
    assert "not" not in block.text.split() and "@pagerduty" in block.text


def test_what_is_no_terraform_gives_nothing() -> None:
    assert list(blocks('}} { = [ \x00 " \n<<EOT\n')) == []
    assert list(blocks("resource {")) == []
