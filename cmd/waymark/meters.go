package main

import (
	"context"
	"runtime/debug"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/waymark-bot/waymark/bot"
)

// meters count what the bots do, for Prometheus. No label names a person, a chat
// or a question: each has a handful of values.
// https://prometheus.io/docs/practices/naming/
type meters struct {
	registry *prometheus.Registry
	links    *links

	answers   *prometheus.CounterVec
	handling  *prometheus.HistogramVec
	delivery  *prometheus.HistogramVec
	citations prometheus.Histogram
	dropped   *prometheus.CounterVec
	tokens    *prometheus.CounterVec
	calls     prometheus.Counter
	cost      prometheus.Counter
	retries   *prometheus.CounterVec
	limited   *prometheus.CounterVec
}

var (
	_ bot.Observer = (*meters)(nil)
	_ bot.Monitor  = (*meters)(nil)
)

// Bounds of histogram buckets. An answer without a model takes milliseconds, one
// with a model seconds.
var (
	durationBounds = []float64{.005, .01, .025, .05, .1, .15, .25, .5, 1, 2.5, 5, 10, 20, 30, 60}
	deliveryBounds = append(durationBounds[:len(durationBounds):len(durationBounds)], 120, 300, 900, 3600)
	citationBounds = []float64{0, 1, 2, 3, 5, 8, 13, 21, 34, 55}
)

// newMeters returns meters of the platforms that are served.
func newMeters(platforms ...string) *meters {
	m := &meters{
		registry: prometheus.NewRegistry(),
		links:    newLinks(platforms),
		answers: counters("waymark_answers_total", "Questions answered, by what the answer was; failed: something went wrong.",
			"platform", "status", "mode"),
		handling: durations("waymark_answer_duration_seconds", "Time to find an answer, without waiting and sending.", durationBounds, "platform", "mode"),
		delivery: durations("waymark_delivery_duration_seconds", "Time from a message's being received to its whole reply's being sent.",
			deliveryBounds, "platform"),
		citations: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "waymark_answer_citations", Help: "Citations of an answer.", Buckets: citationBounds,
		}),
		dropped: counters("waymark_dropped_sentences_total", "Sentences of a model that were not shown, as what they cite does not support them.", "reason"),
		tokens:  counters("waymark_model_tokens_total", "Tokens of language models.", "kind"),
		calls:   prometheus.NewCounter(prometheus.CounterOpts{Name: "waymark_model_calls_total", Help: "Requests to language models."}),
		cost: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "waymark_model_cost_total", Help: "What language models cost, in the currency of WAYMARK_MODEL_PRICE.",
		}),
		retries: counters("waymark_platform_retries_total", "Calls to a platform that were made once more.", "platform"),
		limited: counters("waymark_platform_rate_limited_total", "Calls that a platform put off because there were too many (HTTP 429).", "platform"),
	}
	for _, p := range platforms { // there from the start, so that a rate can be taken
		m.retries.WithLabelValues(p)
		m.limited.WithLabelValues(p)
	}
	for _, kind := range []string{"prompt", "completion"} {
		m.tokens.WithLabelValues(kind)
	}
	m.registry.MustRegister(
		m.answers, m.handling, m.delivery, m.citations, m.dropped, m.tokens, m.calls, m.cost, m.retries, m.limited,
		m.links, buildInfo(), collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)
	return m
}

func counters(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
}

func durations(name, help string, bounds []float64, labels ...string) *prometheus.HistogramVec {
	return prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: help, Buckets: bounds}, labels)
}

// buildInfo is one sample that says what runs.
func buildInfo() prometheus.Collector {
	labels := prometheus.Labels{"version": "unknown", "revision": "unknown", "goversion": "unknown"}
	if info, ok := debug.ReadBuildInfo(); ok {
		labels["version"], labels["goversion"] = info.Main.Version, info.GoVersion
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				labels["revision"] = s.Value
			}
		}
	}
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "waymark_build_info", Help: "What this program was built from; always 1.", ConstLabels: labels,
	}, func() float64 { return 1 })
}

// Answered implements [bot.Observer].
func (m *meters) Answered(_ context.Context, o bot.Outcome) {
	m.answers.WithLabelValues(o.Platform, o.Status(), o.Mode()).Inc()
	m.handling.WithLabelValues(o.Platform, o.Mode()).Observe(o.Took.Seconds())
	if o.Answer == nil {
		return
	}
	m.citations.Observe(float64(len(o.Answer.Citations)))
	for reason, n := range o.Dropped() {
		m.dropped.WithLabelValues(reason).Add(float64(n))
	}
	u := o.Answer.Usage
	m.tokens.WithLabelValues("prompt").Add(float64(u.PromptTokens))
	m.tokens.WithLabelValues("completion").Add(float64(u.CompletionTokens))
	m.calls.Add(float64(u.Calls))
	m.cost.Add(o.Cost)
}

// Linked implements [bot.Monitor].
func (m *meters) Linked(platform string, up bool) { m.links.set(platform, up) }

// Retried implements [bot.Monitor].
func (m *meters) Retried(platform string, limited bool) {
	m.retries.WithLabelValues(platform).Inc()
	if limited {
		m.limited.WithLabelValues(platform).Inc()
	}
}

// Delivered implements [bot.Monitor].
func (m *meters) Delivered(platform string, took time.Duration) {
	m.delivery.WithLabelValues(platform).Observe(max(0, took.Seconds()))
}
