package main

import (
	"fmt"
	"io"

	"github.com/schollz/progressbar/v3"
)

// A progress shows how far an ingest is: a bar on a terminal, lines elsewhere.
type progress struct {
	out  io.Writer
	tty  bool
	step string
	bar  *progressbar.ProgressBar
	next int // tenths of the step that are still to be told
}

func newProgress(out io.Writer) *progress {
	return &progress{out: out, tty: isTerminal(out)}
}

// report says that done of total are done in a step.
func (p *progress) report(step string, done, total int) {
	if step != p.step {
		p.end()
		p.step, p.next = step, 0
		if p.tty {
			p.bar = progressbar.NewOptions(total, progressbar.OptionSetWriter(p.out), progressbar.OptionSetDescription(step),
				progressbar.OptionSetWidth(30), progressbar.OptionShowCount(), progressbar.OptionClearOnFinish())
		}
	}
	if p.bar != nil {
		_ = p.bar.Set(done)
		return
	}
	if !p.tty && done*10 >= p.next*total {
		fmt.Fprintf(p.out, "%s %d of %d\n", step, done, total)
		p.next = done*10/max(total, 1) + 1
	}
}

// end closes the step under way.
func (p *progress) end() {
	if p.bar != nil {
		_ = p.bar.Exit()
		_ = p.bar.Clear()
		p.bar = nil
	}
}
