package bot

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The commands of subscriptions.
const (
	CommandSubscribe   = "subscribe"
	CommandUnsubscribe = "unsubscribe"
)

// newsKind is the kind of a subscription to news of the reports.
const newsKind = "news"

// A NewsDesk is what subscriptions to news need.
type NewsDesk struct {
	Subscriptions Subscriptions
	Editions      Editions
	Newsroom      Newsroom

	// Admins are the platforms that say who administers a chat ([Message].Admin):
	// in groups there only they and owners may subscribe, elsewhere everybody.
	Admins []string
}

// subscribe begins or changes the chat's subscription.
func (b *Bot) subscribe(ctx context.Context, m Message) (Reply, error) {
	lang := b.talkLanguage(ctx, m)
	w := digestWordsOf(lang)
	if refused := b.mayNotSubscribe(ctx, m, w); refused != "" {
		return textReply(lang, refused), nil
	}
	s, problem := subscriptionOf(m.Text, w)
	if problem != "" {
		return textReply(lang, problem+" "+w.example), nil
	}
	s.Platform, s.Chat, s.Server, s.Kind, s.Language = m.Platform, m.Chat, m.Server, newsKind, lang
	if m.Private {
		s.Person = m.User
	}
	if !b.access.May(ctx, s.message()) { // whoever asks is let in, and not the group
		return textReply(lang, w.shut), nil
	}
	_, name, err := keepEdition(ctx, b.config.News.Newsroom, b.config.News.Editions)
	if err != nil {
		return Reply{}, fmt.Errorf("begin a subscription: %w", err)
	}
	s.Covered = name // what is known now is no news
	if err := b.config.News.Subscriptions.Subscribe(ctx, s); err != nil {
		return Reply{}, fmt.Errorf("begin a subscription: %w", err)
	}
	return textReply(lang, fmt.Sprintf(w.subscribed, s.when(w))), nil
}

// when is the time of a subscription in words.
func (s Subscription) when(w digestWords) string {
	form, zone := w.daily, s.Zone
	if s.Weekly {
		form = w.weekly
	}
	if zone == "" {
		zone = "UTC"
	}
	return fmt.Sprintf(form, fmt.Sprintf("%02d:%02d", s.Minute/60, s.Minute%60), zone)
}

// unsubscribe ends the chat's subscription.
func (b *Bot) unsubscribe(ctx context.Context, m Message) (Reply, error) {
	lang := b.talkLanguage(ctx, m)
	w := digestWordsOf(lang)
	if refused := b.mayNotSubscribe(ctx, m, w); refused != "" {
		return textReply(lang, refused), nil
	}
	ended, err := b.config.News.Subscriptions.Unsubscribe(ctx, m.Platform, m.Chat, newsKind)
	switch {
	case err != nil:
		return Reply{}, fmt.Errorf("end a subscription: %w", err)
	case !ended && !m.Button: // else another program that heard of the press was faster
		return textReply(lang, w.none), nil
	}
	return textReply(lang, w.ended), nil
}

// mayNotSubscribe says why m's writer may not, "" when they may.
func (b *Bot) mayNotSubscribe(ctx context.Context, m Message, w digestWords) string {
	switch {
	case b.config.News == nil:
		return w.off
	case m.Private, !slices.Contains(b.config.News.Admins, m.Platform), b.access.Owner(m), isAdmin(ctx, m, b.logger):
		return ""
	}
	return w.admins
}

// everyDay and everyWeek are how people say how often.
var (
	everyDay  = []string{"daily", "day", "每天", "每日"}
	everyWeek = []string{"weekly", "week", "每周", "每週", "每星期"}
)

// clockForm is a time of day: 9:00, 09:00, 9：00.
var clockForm = regexp.MustCompile(`^(\d{1,2})[:：](\d{2})$`)

// usual is when a digest is sent that nobody gave a time for.
const usual = 9 * 60

// mostQuoted bounds what is repeated of what was not understood, in characters.
const mostQuoted = 40

// subscriptionOf reads "[daily|weekly] [HH:MM] [time zone]", in any order. Where it
// cannot, it says what the problem is.
func subscriptionOf(text string, w digestWords) (s Subscription, problem string) {
	s = Subscription{Minute: usual, Weekday: time.Monday}
	often, at, zone := false, false, []string(nil)
	for _, word := range strings.Fields(text) {
		lower := strings.ToLower(word)
		clock := clockForm.FindStringSubmatch(word)
		switch {
		case !often && slices.Contains(everyDay, lower):
			often = true
		case !often && slices.Contains(everyWeek, lower):
			often, s.Weekly = true, true
		case !at && clock != nil:
			h, _ := strconv.Atoi(clock[1])
			minute, _ := strconv.Atoi(clock[2])
			if h > 23 || minute > 59 {
				return s, fmt.Sprintf(w.bad, word)
			}
			at, s.Minute = true, h*60+minute
		case word[0] >= '0' && word[0] <= '9': // no zone begins like that
			return s, fmt.Sprintf(w.bad, shortened(word))
		default:
			zone = append(zone, word)
		}
	}
	if !s.Weekly {
		s.Weekday = time.Sunday
	}
	if len(zone) == 0 {
		return s, ""
	}
	said := strings.Join(zone, " ")
	name, err := ZoneOf(said)
	if err != nil {
		return s, fmt.Sprintf(w.badZone, shortened(said))
	}
	s.Zone = name
	return s, ""
}

// shortened is what is repeated of what a person has written.
func shortened(text string) string {
	if r := []rune(text); len(r) > mostQuoted {
		return string(r[:mostQuoted]) + "…"
	}
	return text
}
