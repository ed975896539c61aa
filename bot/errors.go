package bot

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"fmt"
	"strings"
)

// Errors that have words of their own for the person who asked. All others
// become "something went wrong" with a reference that is also in the log.
var (
	// ErrBusy says that too much is waiting already; see [Queue].
	ErrBusy = errors.New("too many messages waiting")
	// ErrStopped says that the program is going down; see [Queue].
	ErrStopped = errors.New("stopping")
)

// A TooLongError is a question longer than the bot reads.
type TooLongError struct {
	Length, Limit int // in characters
}

func (e *TooLongError) Error() string {
	return fmt.Sprintf("question of %d characters, limit %d", e.Length, e.Limit)
}

// words turns err into one sentence for the person who asked. An error it does
// not know is logged with the reference that the sentence shows.
func (b *Bot) words(ctx context.Context, lang string, err error) string {
	if known := knownWords(lang, err); known != "" {
		b.logger.InfoContext(ctx, "question not answered", "error", err)
		return known
	}
	ref := reference()
	b.logger.ErrorContext(ctx, "question failed", "ref", ref, "error", err)
	return wrong(lang, ref)
}

func wrong(lang, ref string) string { return fmt.Sprintf(wordingOf(lang).wrong, ref) }

// knownWords returns the sentence for err, "" when it has none of its own.
func knownWords(lang string, err error) string {
	w := wordingOf(lang)
	var long *TooLongError
	switch {
	case errors.As(err, &long):
		return fmt.Sprintf(w.tooLong, long.Limit)
	case errors.Is(err, ErrBusy):
		return w.busy
	case errors.Is(err, ErrStopped), errors.Is(err, context.Canceled):
		return w.stopping
	case errors.Is(err, context.DeadlineExceeded):
		return w.slow
	}
	return ""
}

// Busy is the reply to a message that the [Queue] did not take.
func Busy(m Message) Reply {
	lang := LanguageOf(m.Text, m.Locale)
	return textReply(lang, knownWords(lang, ErrBusy))
}

// Failed is what an adapter says instead of a reply that the platform did not
// take, with the reference to log beside the error.
func Failed(lang string) (r Reply, ref string) {
	ref = reference()
	return textReply(lang, wrong(lang, ref)), ref
}

// reference returns five letters and digits that name one error in the log.
func reference() string {
	var raw [4]byte
	_, _ = rand.Read(raw[:]) // never fails: https://pkg.go.dev/crypto/rand#Read
	return strings.ToLower(base32.StdEncoding.EncodeToString(raw[:]))[:5]
}
