package bot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/waymark-bot/waymark/rag"
)

// ErrGone says that a chat takes no messages of the bot any more.
var ErrGone = errors.New("the chat takes no messages")

// A Newsroom says what the reports state now.
type Newsroom interface {
	Edition(ctx context.Context) (rag.Edition, error)
}

// A Notifier sends what nobody asked for just now; adapters are notifiers. Below
// the reply stands one button that unsubscribes: [UnsubscribeLabel] on it, and
// [UnsubscribeData] behind it.
type Notifier interface {
	// Notify sends r to a chat. An error says that nothing of it stands there;
	// where nobody can know, it is logged and no error. [ErrGone] where no later
	// try can succeed.
	Notify(ctx context.Context, chat string, r Reply) error
}

// A Courier sends the digests that are due, one round at a time: Run is a chore
// of the store, which lets one program of several do it.
type Courier struct {
	Digests       Digests
	Marks         DigestMarks
	Editions      Editions
	Subscriptions Subscriptions
	Newsroom      Newsroom
	Access        *Access             // who hears of it; nil: everybody
	Notifiers     map[string]Notifier // by platform; digests for others wait
	Logger        *slog.Logger
}

const (
	mostDue       = 500              // digests of one round
	notifyWithin  = 20 * time.Second // for one of them
	beginWithin   = 25 * time.Second // of a round: later none is begun. A chore has a minute
	notifiersEach = 8                // digests at a time
)

// Run sends what is due.
func (c Courier) Run(ctx context.Context) error {
	due, err := c.Digests.Due(ctx, mostDue)
	if err != nil || len(due) == 0 {
		return err
	}
	now, err := c.edition(ctx)
	if err != nil {
		return err
	}
	began := time.Now()
	var under sync.WaitGroup
	free := make(chan struct{}, notifiersEach)
	for _, s := range due {
		free <- struct{}{}
		if ctx.Err() != nil || time.Since(began) > beginWithin {
			break // the next round goes on
		}
		under.Go(func() {
			defer func() { <-free }()
			if err := c.one(ctx, s, now); err != nil && !errors.Is(err, ErrLost) {
				c.Logger.WarnContext(ctx, "digest not sent", "platform", s.Platform, "error", err)
			}
		})
	}
	under.Wait()
	return nil
}

// A current is the edition of now.
type current struct {
	name string
	rag.Edition
}

// edition is that of now. It is kept before anybody is told of it.
func (c Courier) edition(ctx context.Context) (current, error) {
	e, name, err := keepEdition(ctx, c.Newsroom, c.Editions)
	return current{name, e}, err
}

func keepEdition(ctx context.Context, n Newsroom, kept Editions) (rag.Edition, string, error) {
	e, err := n.Edition(ctx)
	if err != nil {
		return e, "", fmt.Errorf("read edition: %w", err)
	}
	name, err := e.Name()
	if err != nil {
		return e, "", err
	}
	raw, err := e.Encode()
	if err != nil {
		return e, "", err
	}
	return e, name, kept.KeepEdition(ctx, name, raw)
}

// one sends the digest of one subscription.
func (c Courier) one(ctx context.Context, s Subscription, now current) error {
	n := c.Notifiers[s.Platform]
	if n == nil {
		return nil // another program may serve it
	}
	if c.Access != nil && !c.Access.May(ctx, s.message()) {
		return c.Digests.DigestSent(ctx, s) // what it is not told of now it may be later
	}
	news, err := c.news(ctx, s, now)
	if err != nil {
		return err
	}
	state, err := c.Marks.SendingDigest(ctx, s)
	if err != nil {
		return err
	}
	switch {
	case state == PartUnsure: // twice is worse than never: the next one comes
		c.Logger.WarnContext(ctx, "a digest was being sent when its program ended, it is not sent again", "platform", s.Platform)
	case !news.Empty():
		err = c.notify(ctx, n, s, news)
	}
	told := context.WithoutCancel(ctx) // what was sent was sent
	switch {
	case errors.Is(err, ErrGone):
		_, ended := c.Subscriptions.Unsubscribe(told, s.Platform, s.Chat, s.Kind)
		return errors.Join(err, ended)
	case err != nil:
		return errors.Join(err, c.Marks.DigestFailed(told, s))
	}
	s.Covered = now.name
	return c.Digests.DigestSent(told, s)
}

func (c Courier) notify(ctx context.Context, n Notifier, s Subscription, news rag.News) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), notifyWithin)
	defer cancel()
	return n.Notify(ctx, s.Chat, Digest(news, s.Language))
}

// news is what s has not been told of. Of a subscription that is not known to
// have been told of anything it is nothing: it begins now.
func (c Courier) news(ctx context.Context, s Subscription, now current) (rag.News, error) {
	if s.Covered == now.name {
		return rag.News{}, nil
	}
	raw, err := c.Editions.Edition(ctx, s.Covered)
	if err != nil || raw == nil {
		return rag.News{}, err
	}
	before, err := rag.DecodeEdition(raw)
	if err != nil {
		return rag.News{}, err
	}
	return rag.Compare(before, now.Edition), nil
}

// mostItems bounds each part of a digest, so that it is one message or two.
const mostItems = 8

// Digest is the news as a message.
func Digest(n rag.News, lang string) Reply {
	w := digestWordsOf(lang)
	d := &digest{Reply{Language: wordingOf(lang).language}, w}
	d.Lines = append(d.Lines, headingLine(w.heading))
	for _, part := range []struct {
		word    string
		reports []rag.EditionReport
	}{{w.added, n.Added}, {w.changed, n.Changed}} {
		d.list("", len(part.reports), func(i int) Span {
			r := part.reports[i]
			return d.cited(fmt.Sprintf(part.word, r.Title), Source{Title: r.Title, Published: r.Published, URL: r.URL})
		})
	}
	d.list("", len(n.Removed), func(i int) Span { return Span{Text: fmt.Sprintf(w.removed, n.Removed[i].Title)} })
	d.list(w.projects, len(n.Projects), func(i int) Span {
		return d.cited(n.Projects[i].Name, sourceOf(n.Projects[i].Citation, lang))
	})
	d.list(w.facts, len(n.Facts), func(i int) Span {
		return d.cited(factLine(n.Facts[i], lang, w), sourceOf(n.Facts[i].Citation, lang))
	})
	d.Notice = w.notice
	mergeSources(&d.Reply)
	return d.Reply
}

// A digest is a message that is being put together.
type digest struct {
	Reply
	words digestWords
}

// list adds a heading and n bullets, as far as there is room for them.
func (d *digest) list(heading string, n int, item func(i int) Span) {
	if n == 0 {
		return
	}
	if heading != "" {
		d.Lines = append(d.Lines, headingLine(heading))
	}
	for i := range min(n, mostItems) {
		d.Lines = append(d.Lines, Line{Bullet: true, Spans: []Span{item(i)}})
	}
	if n > mostItems {
		d.Lines = append(d.Lines, Line{Bullet: true, Spans: []Span{{Text: fmt.Sprintf(d.words.more, n-mostItems)}}})
	}
}

// cited is a span that rests on a source.
func (d *digest) cited(text string, s Source) Span {
	s.N = len(d.Sources) + 1
	d.Sources = append(d.Sources, s)
	return Span{Text: text, Cites: []int{s.N}}
}

// factLine is "Name: raised $7 million (until now $5 million)". What has no label
// is told in the report's own words.
func factLine(f rag.NewFact, lang string, w digestWords) string {
	if f.Label.In(lang) == "" {
		return fmt.Sprintf(w.stated, f.Project, f.Citation.Quote)
	}
	text := fmt.Sprintf(w.fact, f.Project, f.Label.In(lang), f.Value.In(lang))
	if len(f.Before) == 0 {
		return text
	}
	return text + fmt.Sprintf(w.before, f.Before[0].In(lang))
}

func sourceOf(c rag.Citation, lang string) Source {
	s := Source{Title: c.Title, Section: c.Section, Published: c.Published, URL: c.URL, Quote: c.Quote}
	if c.Inferred && s.Published != "" {
		s.Published = fmt.Sprintf(wordingOf(lang).inferred, s.Published)
	}
	return s
}

func headingLine(text string) Line { return Line{Heading: true, Spans: []Span{{Text: text}}} }
