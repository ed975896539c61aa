package bot

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"
)

// withAccess fills in what nobody set of who may ask, and how much.
func (c Config) withAccess() Config {
	if c.Access == nil {
		c.Access = NewAccess(AccessConfig{Logger: c.Logger, Now: c.Now})
	}
	if c.Limiter == nil {
		c.Limiter = NewLimiter(LimiterConfig{ExemptOwners: true, Logger: c.Logger, Now: c.Now})
	}
	if c.Tally == nil {
		c.Tally = NewTally()
	}
	if c.Admin.Stats == nil {
		c.Admin.Stats = c.Tally
	}
	return c
}

// gate decides what becomes of m before it is read as a command or a question.
// done: the reply is all there is to it.
func (b *Bot) gate(ctx context.Context, m Message, lang string) (r Reply, done bool, err error) {
	w := accessWordingOf(lang)
	if isAdminCommand(m.Command) {
		if r, done, err = b.admin(ctx, m, w); done || err != nil {
			return r, true, err
		}
	}
	if !b.access.May(ctx, m) {
		r, err = b.notLetIn(ctx, m, w)
		return r, true, err
	}
	if r, done = b.limit(ctx, m, w); done {
		return r, true, nil
	}
	if isAdminCommand(m.Command) { // of somebody who may not use it
		switch {
		case m.Private:
			return textReply(w.language, say(w.ownersOnly, m.Command)), true, nil
		case m.Bare:
			return Reply{Silent: true}, true, nil
		}
	}
	return Reply{}, false, nil
}

// notLetIn answers somebody who may not ask: in private with a sentence, in a
// group with nothing. What is known of them they can have deleted all the same,
// but not that they may not ask.
func (b *Bot) notLetIn(ctx context.Context, m Message, w accessWording) (Reply, error) {
	flood := b.limiter.command(m)
	switch {
	case !m.Private && !m.Interaction, flood != nil && !b.limiter.says(m, flood):
		return Reply{Silent: true}, nil
	case flood != nil:
		return textReply(w.language, w.limit(flood)), nil
	case m.Command != CommandForget:
		return textReply(w.language, w.denied), nil
	}
	denials := b.access.denials(ctx, m)
	r, err := b.forget(ctx, m, wordingOf(w.language))
	for _, e := range denials {
		if err := b.access.set(context.WithoutCancel(ctx), e); err != nil {
			return Reply{}, fmt.Errorf("keep a denial: %w", err)
		}
	}
	return r, err
}

// limit counts m, once, and says so where a limit is reached.
func (b *Bot) limit(ctx context.Context, m Message, w accessWording) (r Reply, done bool) {
	c := b.limiter.config
	if m.Retried || c.ExemptOwners && b.access.Owner(m) {
		return Reply{}, false
	}
	var full *reached
	if b.isQuestion(m) {
		full = b.limiter.question(ctx, m)
	} else {
		full = b.limiter.command(m)
	}
	switch {
	case full == nil, c.ExemptAdmins && isAdmin(ctx, m, b.logger):
		return Reply{}, false
	case !b.limiter.says(m, full):
		return Reply{Silent: true}, true
	}
	b.logger.InfoContext(ctx, "limit reached", "platform", m.Platform, "limit", string(full.scope), "daily", full.quota > 0)
	return textReply(w.language, w.limit(full)), true
}

// isQuestion reports whether m makes the bot look for an answer.
func (b *Bot) isQuestion(m Message) bool {
	text := strings.TrimSpace(m.Text)
	switch m.Command {
	case "", CommandAsk, CommandProject:
		return text != "" && utf8.RuneCountInString(text) <= b.config.Limits.Question
	}
	return false
}
