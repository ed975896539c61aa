package main

import (
	"context"
	"errors"
	"io"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/waymark-bot/waymark/bot/bottest"
)

// patience is how long a test waits for anything. Two cores with the race
// detector may be busy with other packages.
const patience = 60 * time.Second

// A process is the program as a process of its own.
type process struct {
	t              *testing.T
	cmd            *exec.Cmd
	stdout, stderr bottest.Log
	ended          chan struct{} // closed when it has ended
}

// start starts the program without any setting of the machine.
func start(t *testing.T, env []string, args ...string) *process {
	t.Helper()
	return startWith(t, nil, env, args...)
}

// startWith is start with something that reads the program's stderr, too.
func startWith(t *testing.T, stderr io.Writer, env []string, args ...string) *process {
	t.Helper()
	name, err := exec.LookPath("waymark") // see TestMain
	if err != nil {
		t.Fatal(err)
	}
	p := &process{t: t, ended: make(chan struct{})}
	p.cmd = exec.CommandContext(context.WithoutCancel(t.Context()), name, args...)
	p.cmd.Env = append([]string{"HOME=" + t.TempDir()}, env...)
	p.cmd.Stdout, p.cmd.Stderr = &p.stdout, &p.stderr
	if stderr != nil {
		p.cmd.Stderr = io.MultiWriter(&p.stderr, stderr)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = p.cmd.Wait() // how it ended is in ProcessState
		close(p.ended)
	}()
	t.Cleanup(func() {
		p.kill()
		if t.Failed() {
			t.Logf("waymark %s\nstdout: %s\nstderr: %s", strings.Join(args, " "), &p.stdout, &p.stderr)
		}
	})
	return p
}

// signal sends a signal to the process; one that has ended is past it.
func (p *process) signal(s syscall.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil && !p.isOver() && !errors.Is(err, syscall.ESRCH) {
		p.t.Errorf("signal %v: %v", s, err)
	}
}

func (p *process) isOver() bool {
	select {
	case <-p.ended:
		return true
	default:
		return false
	}
}

// kill ends the process as kill -9 does.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	<-p.ended
}

// wait returns the exit code, -1 for a process that a signal has ended.
func (p *process) wait() int {
	p.t.Helper()
	select {
	case <-p.ended:
	case <-time.After(patience):
		p.t.Fatal("the program does not end")
	}
	return p.cmd.ProcessState.ExitCode()
}

// logged waits until text stands in what the process has logged.
func (p *process) logged(text string) {
	p.t.Helper()
	for end := time.Now().Add(patience); !strings.Contains(p.stderr.String(), text); time.Sleep(5 * time.Millisecond) {
		if p.isOver() || time.Now().After(end) {
			p.t.Fatalf("no %q in the log", text)
		}
	}
}
