"""The page of metrics: each under its name with the prefix, and for one more release under its old name."""

from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families

from hub.observability import metrics_page


def test_every_metric_of_the_hub_has_the_prefix_and_its_old_name() -> None:
    page, kind = metrics_page.render()
    families = {family.name: family for family in text_string_to_metric_families(page.decode())}
    assert kind.startswith("text/plain")
    own = [name for name in families if not name.startswith((metrics_page.PREFIX, "python_", "process_"))]
    assert "ticket_validation_seconds" in own
    for name in own:
        old, new = families[name], families[f"{metrics_page.PREFIX}{name}"]
        assert (new.type, new.documentation, len(new.samples)) == (old.type, old.documentation, len(old.samples))
        assert [sample.labels for sample in new.samples] == [sample.labels for sample in old.samples]
