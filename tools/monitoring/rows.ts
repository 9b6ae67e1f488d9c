import { lines, quantileOf, rateOf, type Row } from './panel.ts'

const chosen = '{app="shop",job=~"$job"}'

export const sloRow: Row = {
  title: 'Objectives',
  panels: [
    {
      title: 'Error budget left, of 30 days',
      description: 'Below 0 the promise is broken. Slow down changes long before.',
      type: 'stat',
      unit: 'percentunit',
      queries: [{ expr: 'slo:error_budget_left:ratio30d', legend: '{{slo}}' }],
      width: 12,
      height: 6,
      max: 1,
    },
    {
      title: 'How fast budgets burn',
      description:
        '1 uses the budget up in 30 days. Somebody is woken from 6 on over six hours, from 14.4 on over one.',
      type: 'timeseries',
      unit: 'short',
      queries: [{ expr: 'slo:error_ratio:rate1h / on(slo) slo:error_budget:ratio', legend: '{{slo}}' }],
      width: 12,
      height: 6,
    },
  ],
}

export const readinessRow: Row = {
  title: 'Readiness',
  panels: [
    {
      title: 'Services that are ready',
      description: '0: an instance asks to be sent nothing. Its health says why.',
      type: 'state-timeline',
      unit: 'short',
      queries: [{ expr: `min by (job) (ashlar_health_ready${chosen})`, legend: '{{job}}' }],
      width: 12,
      height: 6,
    },
    {
      title: 'Dependencies that are up',
      description: '0: an instance cannot reach it. Without a critical one it is not ready.',
      type: 'state-timeline',
      unit: 'short',
      queries: [{ expr: `min by (job, check) (ashlar_health_check_up${chosen})`, legend: '{{job}} {{check}}' }],
      width: 12,
      height: 6,
    },
  ],
}

export const redRow: Row = {
  title: 'Requests: rate, errors, duration',
  panels: [
    lines('Requests', 'reqps', 'Answered requests a second, of each service.', rateOf('http_requests_total', 'job')),
    lines('Errors', 'percentunit', 'Share of the answers that are errors of ours.', {
      expr: `sum by (job) (rate(http_requests_total{app="shop",job=~"$job",status=~"5.."}[$__rate_interval])) / sum by (job) (rate(http_requests_total${chosen}[$__rate_interval]))`,
      legend: '{{job}}',
    }),
    lines(
      'Duration',
      's',
      'Until the answer. Dots are traces.',
      quantileOf('http_request_duration_seconds', 0.5, 'job'),
      quantileOf('http_request_duration_seconds', 0.99, 'job'),
    ),
    lines('Slowest routes', 's', 'p99 of each route, the slowest ten.', {
      expr: `topk(10, histogram_quantile(0.99, sum by (job, method, route, le) (rate(http_request_duration_seconds_bucket${chosen}[$__rate_interval]))))`,
      legend: '{{job}} {{method}} {{route}}',
    }),
    lines(
      'Calls of other services',
      's',
      'p99 of each callee, as its caller sees it.',
      quantileOf('ashlar_rpc_client_duration_seconds', 0.99, 'job, service'),
      quantileOf('ashlar_http_client_duration_seconds', 0.99, 'job, peer'),
    ),
    lines(
      'Calls of other services that fail',
      'reqps',
      'By what kind of failure.',
      rateOf('ashlar_rpc_client_duration_seconds_count', 'job, service, status', ',status!="ok"'),
    ),
  ],
}

export const resilienceRow: Row = {
  title: 'Resilience',
  panels: [
    {
      title: 'Breakers that are not closed',
      description: '1: the breaker has left "closed" and has not come back.',
      type: 'state-timeline',
      unit: 'short',
      queries: [
        {
          expr: `sum by (job, breaker) (ashlar_resilience_breaker_transitions_total{app="shop",job=~"$job",from="closed"}) - (sum by (job, breaker) (ashlar_resilience_breaker_transitions_total{app="shop",job=~"$job",to="closed"}) or 0 * sum by (job, breaker) (ashlar_resilience_breaker_transitions_total{app="shop",job=~"$job",from="closed"}))`,
          legend: '{{job}} {{breaker}}',
        },
      ],
      width: 8,
      height: 8,
    },
    lines(
      'Refused calls',
      'reqps',
      'By breakers, bulkheads, rate limits and shedding: calls that were not made.',
      rateOf('ashlar_resilience_breaker_refusals_total', 'job, breaker'),
      rateOf('ashlar_resilience_bulkhead_refusals_total', 'job, bulkhead'),
      rateOf('ashlar_resilience_rate_limit_refusals_total', 'job, limiter'),
      rateOf('ashlar_resilience_shed_total', 'job, shedder'),
    ),
    lines(
      'Attempts beyond the first',
      'reqps',
      'Retries and hedges, and attempts that took too long.',
      rateOf('ashlar_resilience_retries_total', 'job, policy'),
      rateOf('ashlar_resilience_hedges_total', 'job, policy'),
      rateOf('ashlar_resilience_timeouts_total', 'job, policy'),
    ),
    lines(
      'Calls given up',
      'reqps',
      'By why there was no other attempt. "budget": too many fail for retries to help.',
      rateOf('ashlar_resilience_retries_given_up_total', 'job, policy, why'),
    ),
    lines('Adaptive limits', 'short', 'How many calls may be under way.', {
      expr: `ashlar_resilience_adaptive_limit${chosen}`,
      legend: '{{job}} {{limiter}}',
    }),
    lines(
      'Second-best answers',
      'reqps',
      'Fallbacks that were asked.',
      rateOf('ashlar_resilience_fallbacks_total', 'job, policy, has_failed'),
    ),
  ],
}

export const databaseRow: Row = {
  title: 'Databases',
  panels: [
    lines('Slowest statements', 's', 'p99, waiting for a connection included.', {
      ...quantileOf('ashlar_sql_query_duration_seconds', 0.99, 'job, name'),
    }),
    lines('Waiting for a connection', 's', 'p99.', quantileOf('ashlar_sql_pool_wait_seconds', 0.99, 'job, database')),
    lines(
      'Transactions',
      'ops',
      'By how they ended.',
      rateOf('ashlar_sql_transaction_duration_seconds_count', 'job, outcome'),
    ),
  ],
}

export const outboxRow: Row = {
  title: 'Outboxes',
  panels: [
    lines('Waiting', 'short', 'Messages that are not delivered yet. What is parked does not count.', {
      expr: `max by (job, outbox) (ashlar_sql_outbox_waiting${chosen})`,
      legend: '{{job}} {{outbox}}',
    }),
    lines('Lag', 's', 'How long the first of those has waited. It grows when nothing is delivered.', {
      expr: `max by (job, outbox) (ashlar_sql_outbox_lag_seconds${chosen})`,
      legend: '{{job}} {{outbox}}',
    }),
    lines(
      'Age at delivery',
      's',
      'p95: from put to delivered.',
      quantileOf('ashlar_sql_outbox_age_seconds', 0.95, 'job, outbox'),
    ),
    lines(
      'Deliveries',
      'ops',
      'Messages that handlers have taken.',
      rateOf('ashlar_sql_outbox_delivered_total', 'job, outbox, type'),
    ),
    lines(
      'Failures and stalls',
      'ops',
      'Parked messages wait for a person; a relay that stalls cannot read or record any.',
      rateOf('ashlar_sql_outbox_failures_total', 'job, outbox, type, parked'),
      rateOf('ashlar_sql_outbox_stalls_total', 'job, outbox'),
    ),
  ],
}

export const processRow: Row = {
  title: 'Processes',
  panels: [
    lines('Event loop', 's', 'How late one in a hundred ticks is. Beyond 100 ms everything waits.', {
      expr: `nodejs_eventloop_lag_p99_seconds${chosen}`,
      legend: '{{job}}',
    }),
    lines(
      'Garbage collection',
      'percentunit',
      'Share of the time.',
      rateOf('nodejs_gc_duration_seconds_sum', 'job, kind'),
    ),
    lines('Processor', 'percentunit', '1 is one core.', rateOf('process_cpu_seconds_total', 'job')),
    lines(
      'Memory',
      'bytes',
      'In RAM, and what of it is heap in use.',
      { expr: `process_resident_memory_bytes${chosen}`, legend: '{{job}} resident' },
      { expr: `nodejs_heap_size_used_bytes${chosen}`, legend: '{{job}} heap' },
    ),
    lines('Open files', 'short', 'Sockets are files.', { expr: `process_open_fds${chosen}`, legend: '{{job}}' }),
    lines(
      'Requests shed',
      'reqps',
      'Refused because the event loop is late.',
      rateOf('ashlar_telemetry_requests_shed_total', 'job'),
    ),
  ],
}

export const telemetryRow: Row = {
  title: 'Telemetry itself',
  panels: [
    lines('Spans', 'ops', 'By what has become of them.', rateOf('ashlar_telemetry_spans_total', 'job, outcome')),
    lines('Traces that are kept', 'ops', 'By why.', rateOf('ashlar_telemetry_traces_kept_total', 'job, reason')),
    lines(
      'Lost',
      'ops',
      'What could not be sent, had no room, or could not be understood.',
      rateOf('ashlar_telemetry_export_lost_total', 'job, signal, reason'),
      rateOf('ashlar_telemetry_metric_losses_total', 'job, metric, reason'),
      rateOf('ashlar_telemetry_observe_failures_total', 'job, channel'),
    ),
  ],
}

export const alertsRow: Row = {
  title: 'Alerts',
  panels: [
    {
      title: 'Firing',
      description: 'What each means and what to do is in apps/shop/monitoring/README.md.',
      type: 'table',
      unit: 'short',
      queries: [{ expr: 'ALERTS{alertstate="firing"}', legend: '' }],
      width: 24,
      height: 8,
    },
  ],
}
