package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"
)

// A prompt is the dialogue with the person at the terminal.
type prompt struct {
	rooms       []room
	out         io.Writer
	patience    time.Duration // for an answer
	interactive bool          // a person types; otherwise what is read is shown, too

	here  int         // the room that lines are said in
	shown map[int]int // messages of the bot printed so far, by room
}

// quiet is how long the bot has to say nothing more for its answer to be
// complete: long ones come in several messages.
const quiet = 400 * time.Millisecond

// maxLine bounds a line, in bytes.
const maxLine = 1 << 20

// loop reads lines until they end, /quit, or the end of ctx.
func (p *prompt) loop(ctx context.Context, stdin io.Reader) error {
	p.shown = make(map[int]int)
	lines, failed := read(ctx, stdin)
	for {
		p.showAll()
		p.ask()
		select {
		case <-ctx.Done():
			return nil
		case line, more := <-lines:
			if !more {
				fmt.Fprintln(p.out)
				p.showAll()
				return <-failed
			}
			if !p.interactive {
				fmt.Fprintln(p.out, line)
			}
			if end := p.obey(ctx, strings.TrimSpace(line)); end {
				return nil
			}
		}
	}
}

// read reads lines aside, so that waiting for one ends with ctx. A terminal's
// last read does not; the goroutine then ends with the program.
func read(ctx context.Context, stdin io.Reader) (<-chan string, <-chan error) {
	lines, failed := make(chan string), make(chan error, 1)
	go func() {
		defer close(lines)
		scanner := bufio.NewScanner(stdin)
		scanner.Buffer(nil, maxLine)
		for scanner.Scan() {
			select {
			case lines <- scanner.Text():
			case <-ctx.Done():
				failed <- nil
				return
			}
		}
		if err := scanner.Err(); err != nil {
			failed <- fmt.Errorf("read a line: %w", err)
			return
		}
		failed <- nil
	}()
	return lines, failed
}

func (p *prompt) ask() { fmt.Fprintf(p.out, "%s> ", p.rooms[p.here].name) }

// obey does what one line asks for, and reports whether it was the last.
func (p *prompt) obey(ctx context.Context, line string) (end bool) {
	command, rest, _ := strings.Cut(line, " ")
	switch {
	case line == "":
	case command == "/quit":
		return true
	case command == "/in":
		p.enter(strings.Join(strings.Fields(rest), " "))
	case command == "/press":
		p.press(ctx, rest)
	default:
		p.say(ctx, line)
	}
	return false
}

// enter goes to the place of that name, or shows the places.
func (p *prompt) enter(name string) {
	for i, r := range p.rooms {
		if strings.EqualFold(r.name, name) {
			p.here = i
			fmt.Fprintf(p.out, "You are in %s: %s.\n", r.name, r.hint)
			return
		}
	}
	if name != "" {
		fmt.Fprintf(p.out, "No place is called %q. ", name)
	}
	fmt.Fprintln(p.out, "The places:")
	for _, r := range p.rooms {
		fmt.Fprintf(p.out, "  /in %-17s %s\n", r.name, r.hint)
	}
}

// say says a line where the member is and prints the answer.
func (p *prompt) say(ctx context.Context, line string) {
	r := p.rooms[p.here]
	ctx, cancel := context.WithTimeout(ctx, p.patience)
	defer cancel()
	before, written := len(r.heard()), len(r.written())
	answered, err := r.say(ctx, line)
	seen := func() bool {
		for _, text := range r.written()[written:] {
			p.show(r, "bot is writing", text)
			written++
		}
		return len(r.heard()) > before
	}
	switch {
	case err != nil:
		fmt.Fprintf(p.out, "(not said: %v)\n", err)
	case !answered:
		fmt.Fprintf(p.out, "(not said to the bot: %s)\n", r.hint)
	case r.wait(ctx, seen) != nil:
		fmt.Fprintf(p.out, "(no answer within %v)\n", p.patience)
	default:
		p.awaitQuiet(ctx, r)
		p.showAll()
		if labels := r.labels(); len(labels) > 0 {
			fmt.Fprintf(p.out, "(buttons below the answer: %s; /press 1)\n", numbered(labels))
		}
	}
}

// awaitQuiet returns once the bot has said nothing more for a while.
func (p *prompt) awaitQuiet(ctx context.Context, r room) {
	for {
		n := len(r.heard())
		pause, cancel := context.WithTimeout(ctx, quiet)
		err := r.wait(pause, func() bool { return len(r.heard()) > n })
		cancel()
		if err != nil {
			return
		}
	}
}

// showAll prints what the bot has said in any place since the last time.
func (p *prompt) showAll() {
	for i, r := range p.rooms {
		for _, text := range r.heard()[p.shown[i]:] {
			p.show(r, "bot", text)
			p.shown[i]++
		}
	}
}

// show prints one message of the bot, indented below where it was said and how.
func (p *prompt) show(r room, how, text string) {
	fmt.Fprintf(p.out, "[%s] %s:\n", r.name, how)
	for line := range strings.Lines(strings.TrimRight(printable(text), "\n") + "\n") {
		fmt.Fprint(p.out, "  "+line)
	}
	fmt.Fprintln(p.out)
}

// printable takes out what would steer the terminal.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && unicode.IsControl(r) {
			return -1
		}
		return r
	}, text)
}
