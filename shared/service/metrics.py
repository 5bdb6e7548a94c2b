"""What a service counts, in a registry of its own: several services live in one process without clashing.

Promises: every service and process counts for itself.
Does not promise that counters survive a restart; the ledger's figures come from the database and do.
Not for anything about a person or a household.
"""

from prometheus_client import CollectorRegistry, Counter, Gauge


class Metrics:
    """The figures that operators watch. Alert on age, not on count."""

    def __init__(self, service: str) -> None:
        self.registry = CollectorRegistry()
        self.registry.set_target_info({"service": service})
        self.published = Counter("outbox_published", "States handed to the broker and acknowledged", registry=self.registry)
        self.unacknowledged = Counter("outbox_unacknowledged", "States that the broker did not acknowledge, to be sent again", registry=self.registry)
        self.outbox_age = Gauge("outbox_age_seconds", "Age of the oldest state that waits for the broker", registry=self.registry)
        self.outbox_waiting = Gauge("outbox_waiting", "States that wait for the broker", registry=self.registry)
        self.lag = Gauge("consumer_lag", "Messages that a consumer has yet to handle", ["consumer"], registry=self.registry)
        self.handled = Counter("states_handled", "States that passed the version gate", ["consumer"], registry=self.registry)
        self.dropped = Counter("states_dropped_as_old", "States older than what the consumer holds", ["consumer"], registry=self.registry)
        self.dead = Counter("dead_letters", "Messages set aside as never to be handled", ["consumer"], registry=self.registry)
        self.dead_waiting = Gauge("dead_letters_waiting", "Dead letters that nobody has resolved", registry=self.registry)
        self.retried = Counter("batches_retried", "Batches delivered again after transient trouble", ["consumer"], registry=self.registry)
        self.owed = Gauge("measures_owed", "Measures that flags call for", registry=self.registry)
        self.confirmed = Gauge("measures_confirmed", "Measures for which a task or a referral stands", registry=self.registry)
        self.oldest_gap = Gauge("measures_oldest_gap_seconds", "Age of the oldest measure that nobody answered", registry=self.registry)
        self.repairs = Gauge("reconciler_repairs", "Flags announced again because of a gap: 0 on a healthy system", registry=self.registry)
        self.unknown_answers = Gauge("answers_unknown", "Answers to measures that are not owed", registry=self.registry)
        self.jobs_waiting = Gauge("jobs_waiting", "Jobs that are queued or being done", registry=self.registry)
        self.oldest_job = Gauge("jobs_oldest_seconds", "Age of the oldest job that is not over", registry=self.registry)
        self.escalations = Gauge("escalations_open", "Warnings and late steps that nobody has acknowledged", ["level"], registry=self.registry)
