package main

import (
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// links know which platforms are connected. They are safe for concurrent use.
type links struct {
	connected, heard *prometheus.Desc

	mu         sync.Mutex
	byPlatform map[string]link
}

// A link is what is known of the connection to one platform.
type link struct {
	Platform  string     `json:"platform"`
	Connected bool       `json:"connected"`
	Heard     *time.Time `json:"last_heard,omitempty"` // from the platform; nil: never
}

func newLinks(platforms []string) *links {
	l := &links{
		connected: desc("waymark_platform_connected", "1 where the platform is connected, else 0.", "platform"),
		heard:     desc("waymark_platform_last_heard_timestamp_seconds", "When the platform was last heard from.", "platform"),

		byPlatform: map[string]link{},
	}
	for _, p := range platforms {
		l.byPlatform[p] = link{Platform: p}
	}
	return l
}

// set notes that a platform was heard from, or that its connection was lost.
func (l *links) set(platform string, up bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	one := l.byPlatform[platform]
	one.Platform, one.Connected = platform, up
	if up {
		now := time.Now().UTC()
		one.Heard = &now
	}
	l.byPlatform[platform] = one
}

// all returns the links by their platforms' names.
func (l *links) all() []link {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []link
	for _, one := range l.byPlatform {
		out = append(out, one)
	}
	slices.SortFunc(out, func(a, b link) int {
		if a.Platform < b.Platform {
			return -1
		}
		return 1
	})
	return out
}

// Describe implements [prometheus.Collector].
func (l *links) Describe(out chan<- *prometheus.Desc) { out <- l.connected; out <- l.heard }

// Collect implements [prometheus.Collector].
func (l *links) Collect(out chan<- prometheus.Metric) {
	for _, one := range l.all() {
		up := 0.0
		if one.Connected {
			up = 1
		}
		out <- gauge(l.connected, up, one.Platform)
		if one.Heard != nil {
			out <- gauge(l.heard, float64(one.Heard.UnixMilli())/1000, one.Platform)
		}
	}
}
