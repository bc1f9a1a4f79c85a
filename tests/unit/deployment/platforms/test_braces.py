"""Files of HCL and Bicep are read as far as their values are literal."""

import pytest

from harness.deployment.platforms.braces import from_bicep
from harness.deployment.platforms.braces import from_hcl
from harness.deployment.platforms.documents import hcl_given
from harness.deployment.platforms.tree import find
from harness.deployment.platforms.tree import Node
from harness.deployment.platforms.tree import NotReadable
from harness.deployment.platforms.tree import text_at

HCL = """\
# a comment { [
resource "kind" "first" {
  number = 10 // of them
  text   = "a \\"b\\" ${f("}")} c" /* and
  another */
  list   = ["x",
    2,
  ]
  map = { a = 1, "b" : { c = "d" }
    e = true }
  inner {
    n = 1
  }
  inner { n = 2 }
}
resource "kind" "second" { number = 3 }
locals {
  here = <<-EOT
    a { b
  EOT
  made   = [for each in var.list : upper(each) if each != ""]
  object = { for k, v in var.map : k => v }
  chosen = var.wide ? 8 : 4
  called = max(1, 2)
  words  = jsonencode([{ name = "web" }])
}
"""


def hcl(text: str = HCL) -> Node:
    (root,) = from_hcl(text)
    return root


@pytest.mark.parametrize(
    ("steps", "text", "line"),
    [
        ("resource.kind.first.number", "10", 3),
        ("resource.kind.first.text", 'a "b" ${f("}")} c', 4),
        ("resource.kind.first.list.1", "2", 7),
        ("resource.kind.first.map.b.c", "d", 9),
        ("resource.kind.first.map.e", "true", 10),
        ("resource.kind.first.inner.1.n", "2", 14),
        ("resource.kind.second.number", "3", 16),
        ("locals.0.here", "    a { b\n", 18),
        ("locals.0.made", '[for each in var.list : upper(each) if each != ""]', 21),
        ("locals.0.object", "{ for k, v in var.map : k => v }", 22),
        ("locals.0.chosen", "var.wide ? 8 : 4", 23),
        ("locals.0.called", "max(1, 2)", 24),
        ("locals.0.words.0.name", "web", 25),
    ],
)
def test_values_know_their_lines(steps: str, text: str, line: int) -> None:
    (found,) = find(hcl(), steps)
    assert found.node.text == text
    assert found.node.line == line


@pytest.mark.parametrize(
    "text",
    ["a {", "x = [", "x = {", "}", "a", "{", "x = {a b}", "{" * 500, "x=" + "[" * 500],
)
def test_a_broken_file_is_reported(text: str) -> None:
    with pytest.raises(NotReadable, match="syntax error in line 1|nested too deep"):
        from_hcl(text)


def test_names_are_replaced_by_given_values() -> None:
    text = 'a = var.n\nb = "${local.m}"\nc = var.other\nd = "var.n"\ne = var.n + 1'
    (root,) = from_hcl(text, {"var.n": "3", "local.m": "4"})
    values = [text_at(root, name) for name in "abcde"]
    assert values == ["3", "4", "var.other", "var.n", "var.n + 1"]


def test_values_in_files_override_defaults() -> None:
    variables = hcl('variable "n" { default = 1 }\nvariable "m" { default = 2 }')
    own = hcl("locals { x = 5 }")
    given = hcl_given({"a.tf": variables, "b.tf": own, "c.auto.tfvars": hcl("n = 9")})
    assert given == {"var.n": "9", "var.m": "2", "local.x": "5"}


BICEP = """\
param n int = 7
var name = 'shop'
param secret string

@description('resource x')
resource old 'Some.Kind/things@2024-01-01' existing = {
  name: 'old'
}

resource app 'Some.Kind/apps@2024-03-01' = if (n > 1) {
  name: name
  many: '${n}'
  list: [
    'a'
    { x: 1, 'y': 'it\\'s' }
  ]
  long: '''
two lines'''
  computed: '${name}-app'
}
output id string = app.id
"""


def test_a_bicep_resource_reads_like_an_arm_template() -> None:
    (root,) = from_bicep(BICEP)
    (app,) = find(root, "resources.*")
    assert text_at(app.node, "type") == "Some.Kind/apps", "another exists already"
    values = {
        "name": "shop",
        "many": "7",
        "list.0": "a",
        "list.1.y": "it's",
        "long": "\ntwo lines",
        "computed": "${name}-app",
    }
    assert {s: text_at(root, f"resources.0.{s}") for s in values} == values
    (many,) = find(root, "resources.0.many")
    assert many.node.line == 12


def test_a_broken_bicep_file_is_reported() -> None:
    with pytest.raises(NotReadable, match="syntax error in line 1"):
        from_bicep("resource a 'b@1' = {")
