package main

import (
	"bytes"
	"context"
	"log/slog"
	"strings"

	"github.com/waymark-bot/waymark/bot"
	"github.com/waymark-bot/waymark/rag"
)

// A writing prints a reply while it is being written: sentences as they come,
// the sources at the end. On what is no terminal it prints the whole at the end.
type writing struct {
	*terminal
	progress *bot.Progress // nil when nothing is printed before the end
	printed  string        // lines, without the last line break
}

// writing begins a reply. It is ended with end or breakOff.
func (t *terminal) writing(ctx context.Context, logger *slog.Logger) *writing {
	w := &writing{terminal: t}
	if t.person {
		w.progress = bot.NewProgress(ctx, 0, func(_ context.Context, r bot.Reply) error { return w.grow(r) }, logger)
	}
	return w
}

// show is told the reply so far, nil where that is of no use.
func (w *writing) show() func(bot.Reply) {
	if w.progress == nil {
		return nil
	}
	return w.progress.Show
}

// grow prints what a reply so far has more than the one before. One that goes on
// otherwise is left to the end.
func (w *writing) grow(r bot.Reply) error {
	lines := w.body(settled(r.Lines))
	more, ok := strings.CutPrefix(lines, w.printed)
	if !ok {
		return nil
	}
	w.printed = lines
	_, err := w.out.Write([]byte(more))
	return err
}

// settled leaves out a last heading with a single line below it: whether that is
// a row of a list shows with the next one.
func settled(lines []bot.Line) []bot.Line {
	for i := len(lines) - 1; i >= max(0, len(lines)-2); i-- {
		if lines[i].Heading {
			return lines[:i]
		}
	}
	return lines
}

// body renders the lines of a reply, without the last line break.
func (t *terminal) body(lines []bot.Line) string {
	var b bytes.Buffer
	for _, l := range lines {
		t.line(&b, l)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// end prints the rest of the complete reply; all of it when it is not how what
// was printed goes on.
func (w *writing) end(r bot.Reply) error {
	if w.progress != nil {
		w.progress.Done()
	}
	if w.printed == "" {
		return w.reply(r)
	}
	var b bytes.Buffer
	if more, ok := strings.CutPrefix(w.body(r.Lines)+"\n", w.printed); ok {
		b.WriteString(more)
		w.tail(&b, r)
		_, err := w.out.Write(b.Bytes())
		return err
	}
	b.WriteString("\n\n")
	if r.Answer != nil { // an error needs no other heading
		b.WriteString(w.style(bold, putRight(r.Language)) + "\n")
	}
	if _, err := w.out.Write(b.Bytes()); err != nil {
		return err
	}
	return w.reply(r)
}

// breakOff ends a reply that there will be no more of.
func (w *writing) breakOff() {
	if w.progress != nil {
		w.progress.Done()
	}
	if w.printed != "" {
		_, _ = w.out.Write([]byte("\n"))
	}
}

func putRight(language string) string {
	if language == "zh" {
		return "回答已更正："
	}
	return "The answer was put right:"
}

// answer asks q and prints the answer, on a terminal while it is being written.
func (t *terminal) answer(ctx context.Context, s bot.Streamer, q rag.Question, logger *slog.Logger) (rag.Answer, error) {
	w := t.writing(ctx, logger)
	var show func(rag.Answer)
	if grow := w.show(); grow != nil {
		show = func(a rag.Answer) { grow(bot.ReplyTo(a)) }
	}
	a, err := s.Stream(ctx, q, show)
	if err != nil {
		w.breakOff()
		return a, err
	}
	return a, w.end(bot.ReplyTo(a))
}
