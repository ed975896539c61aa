package main

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/waymark-bot/waymark/bot"
	"github.com/waymark-bot/waymark/bot/bottest"
	"github.com/waymark-bot/waymark/bot/store"
)

// A shifted clock is ahead of the machine's.
type shifted struct {
	mu sync.Mutex
	by time.Duration
}

func (s *shifted) now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return time.Now().Add(s.by)
}

func (s *shifted) pass(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.by += d
}

// A reader is a member of a room who subscribes.
type reader interface {
	room
	// command sends a slash command with its argument.
	command(ctx context.Context, name, text string) error
	presser
}

func (r *telegramRoom) command(ctx context.Context, name, text string) error {
	return r.ask(ctx, "/"+name+" "+text)
}

func (r *discordRoom) command(ctx context.Context, name, text string) error {
	if err := r.WaitCommand(ctx, name); err != nil {
		return err
	}
	_, err := r.SlashText(r.Server(), r.Member(), name, text)
	return err
}

// settingsOf reads what a room says that serve is told.
func settingsOf(r room) (s settings) {
	for _, e := range r.env() {
		switch key, value, _ := strings.Cut(e, "="); key {
		case "WAYMARK_TELEGRAM_TOKEN":
			s.TelegramToken = secret(value)
		case "WAYMARK_TELEGRAM_ENDPOINT":
			s.TelegramEndpoint = address(value)
		case "WAYMARK_DISCORD_TOKEN":
			s.DiscordToken = secret(value)
		case "WAYMARK_DISCORD_ENDPOINT":
			s.DiscordEndpoint = address(value)
		}
	}
	s.StopWithin = span(25 * time.Second)
	return s
}

// TestNews subscribes on a platform, ingests a report and looks at what comes a
// day later.
func TestNews(t *testing.T) {
	server := newDiscord(t)
	server.Promote(server.Member()) // a channel's subscription is for administrators
	for name, r := range map[string]reader{"telegram": newTelegram(t), "discord": server} {
		t.Run(name, func(t *testing.T) {
			dir, clock, log := library(t), &shifted{}, &bottest.Log{}
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			a := &app{settings: settingsOf(r), sources: newSources(nil), logger: slog.New(slog.NewJSONHandler(log, nil)), monitor: bot.NoMonitor{}}
			a.settings.Data = dir
			state, err := store.Open(ctx, store.Config{Dir: dir, Now: clock.now})
			if err != nil {
				t.Fatal(err)
			}
			defer a.closeState(state)
			m, err := a.models()
			if err != nil {
				t.Fatal(err)
			}
			l := &live{
				open:       func(ctx context.Context) (*knowledge, error) { return a.know(ctx, m) },
				generation: a.generation, bot: a.botConfig(state), logger: a.logger,
			}
			adapters, err := a.adapters(l, state)
			if err != nil {
				t.Fatal(err)
			}
			desk, chore := a.news(state, l, notifiers(adapters))
			l.bot.News = desk
			if err := l.start(ctx); err != nil {
				t.Fatal(err)
			}
			defer l.end()
			serving, stop := context.WithCancel(ctx)
			var running sync.WaitGroup
			running.Go(func() {
				if err := adapters[0].Run(serving); err != nil {
					t.Error(err)
				}
			})
			defer running.Wait()
			defer stop()

			k := newTalk(t, r)
			if err := r.command(ctx, "subscribe", "daily 09:00 Asia/Shanghai"); err != nil {
				t.Fatal(err)
			}
			wants(t, k.next(), "Subscribed: news of the reports, every day at 09:00 (Asia/Shanghai)")
			aDayLater := func() {
				t.Helper()
				clock.pass(24 * time.Hour)
				if err := chore.Run(ctx); err != nil {
					t.Fatal(err)
				}
			}
			aDayLater() // nothing new, nothing said
			if c := command(t, "", nil, "ingest", "--data", dir, "testdata/bridges"); c.code != exitOK {
				t.Fatalf("ingest: %+v", c)
			}
			if err := l.reload(ctx); err != nil {
				t.Fatal(err)
			}
			aDayLater()
			aDayLater()
			wants(t, k.next(), "News of the reports", "New report: Bridges of the river", "[1]", "New projects", "Iron Bridge", "Sources", "/unsubscribe")
			shown, err := r.press(ctx, 2, bot.UnsubscribeLabel("en"), false)
			if err != nil || !strings.Contains(shown, "Unsubscribed") {
				t.Errorf("the button answers %q, %v", shown, err)
			}
			if was, err := state.Unsubscribe(ctx, name, "", "news"); err != nil || was {
				t.Errorf("subscribed to nothing: %t, %v", was, err)
			}
			before, _ := r.said(ctx, 0)
			if c := command(t, "", nil, "ingest", "--data", dir, "--replace", "testdata/lights"); c.code != exitOK {
				t.Fatalf("ingest: %+v", c)
			}
			if err := l.reload(ctx); err != nil {
				t.Fatal(err)
			}
			aDayLater()
			if after, _ := r.said(ctx, 0); len(after) != len(before) {
				t.Errorf("after unsubscribing: %q", after[len(before):])
			}
			for _, f := range r.findings() {
				t.Errorf("finding: %s", f)
			}
			if t.Failed() {
				t.Log(log)
			}
		})
	}
}
