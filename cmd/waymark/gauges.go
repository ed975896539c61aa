package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/waymark-bot/waymark/bot"
)

// desc describes a gauge that is read when it is asked for.
func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(name, help, labels, nil)
}

func gauge(d *prometheus.Desc, value float64, labels ...string) prometheus.Metric {
	return prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
}

// scrapeWithin bounds what is read for one scrape; Prometheus waits for 10 s.
const scrapeWithin = 5 * time.Second

// An inboxGauge counts the inbox at each scrape. Programs that share a state tell the same.
type inboxGauge struct {
	inbox  bot.Backlogs
	logger *slog.Logger

	events, oldest *prometheus.Desc
}

func newInboxGauge(inbox bot.Backlogs, l *slog.Logger) *inboxGauge {
	return &inboxGauge{
		inbox: inbox, logger: l,
		events: desc("waymark_inbox_events", "Events in the inbox; dead: given up.", "state"),
		oldest: desc("waymark_inbox_oldest_age_seconds", "Since the oldest event that waits or is worked on was received; 0 for none."),
	}
}

// Describe implements [prometheus.Collector].
func (g *inboxGauge) Describe(out chan<- *prometheus.Desc) { out <- g.events; out <- g.oldest }

// Collect implements [prometheus.Collector]. A state that cannot be read gives
// no samples: the rest of the page is the more wanted then.
func (g *inboxGauge) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), scrapeWithin)
	defer cancel()
	byPlatform, err := g.inbox.Backlogs(ctx)
	if err != nil {
		g.logger.WarnContext(ctx, "inbox not counted", "error", err)
		return
	}
	var all bot.Backlog
	age := time.Duration(0)
	for _, b := range byPlatform {
		all.Waiting, all.Working, all.Dead = all.Waiting+b.Waiting, all.Working+b.Working, all.Dead+b.Dead
		if !b.Oldest.IsZero() {
			age = max(age, time.Since(b.Oldest))
		}
	}
	out <- gauge(g.events, float64(all.Waiting), "waiting")
	out <- gauge(g.events, float64(all.Working), "working")
	out <- gauge(g.events, float64(all.Dead), "dead")
	out <- gauge(g.oldest, age.Seconds())
}

// A corpusGauge says what answers now.
type corpusGauge struct {
	live *live

	generation, reports, passages, projects *prometheus.Desc
}

func newCorpusGauge(l *live) *corpusGauge {
	return &corpusGauge{
		live:       l,
		generation: desc("waymark_corpus_info", "The generation of reports that answers; builtin: the built-in ones. Always 1.", "generation"),
		reports:    desc("waymark_corpus_reports", "Reports that answers come from."),
		passages:   desc("waymark_corpus_passages", "Passages that answers come from."),
		projects:   desc("waymark_corpus_projects", "Projects that the reports describe."),
	}
}

// Describe implements [prometheus.Collector].
func (g *corpusGauge) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{g.generation, g.reports, g.passages, g.projects} {
		out <- d
	}
}

// Collect implements [prometheus.Collector].
func (g *corpusGauge) Collect(out chan<- prometheus.Metric) {
	if g.live.current.Load() == nil { // not opened yet
		return
	}
	s := g.live.use()
	defer g.live.done(s)
	name := s.generation
	if name == "" {
		name = "builtin"
	}
	out <- gauge(g.generation, 1, name)
	out <- gauge(g.reports, float64(len(s.index.Reports())))
	out <- gauge(g.passages, float64(len(s.index.Passages())))
	out <- gauge(g.projects, float64(len(s.catalogue.Projects())))
}
