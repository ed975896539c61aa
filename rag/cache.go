package rag

import (
	"container/list"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"sync"
	"time"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/prompts"
	"github.com/waymark-bot/waymark/rag/plan"
)

// The defaults of an engine's answer cache: a model's answers cost money, and a group of
// thousands asks the same.
const (
	defaultCacheSize = 2000
	cacheTime        = 24 * time.Hour
)

// A cache keeps a model's answers over one generation of reports. Two callers who ask the
// same at the same time wait for one answer. It is safe for concurrent use.
type cache struct {
	size int
	now  func() time.Time

	mu      sync.Mutex
	entries map[string]*list.Element // of cached, the last used one in front
	order   *list.List
	waiting map[string]chan struct{} // closed when the answer under way is there, or will not be
}

type cached struct {
	key    string
	answer Answer
	until  time.Time
}

func newCache(size int, now func() time.Time) *cache {
	return &cache{size: size, now: now, entries: map[string]*list.Element{}, order: list.New(), waiting: map[string]chan struct{}{}}
}

// answer returns the answer of key: the one that is kept, or what ask gives, which is kept if
// keep says so.
func (c *cache) answer(ctx context.Context, key string, ask func() (Answer, error), keep func(*Answer) bool) (Answer, error) {
	for {
		c.mu.Lock()
		if a, ok := c.get(key); ok {
			c.mu.Unlock()
			return a, nil
		}
		wait, busy := c.waiting[key]
		if !busy {
			break
		}
		c.mu.Unlock()
		select {
		case <-wait: // look again: the other may have failed
		case <-ctx.Done():
			return Answer{}, ctx.Err()
		}
	}
	done := make(chan struct{})
	c.waiting[key] = done
	c.mu.Unlock()
	var a Answer
	var err error
	defer func() { // also when ask panics
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.waiting, key)
		if err == nil && keep(&a) {
			c.put(key, a)
		}
		close(done)
	}()
	a, err = ask()
	return a, err
}

// get returns a kept answer; it cost nothing this time.
func (c *cache) get(key string) (Answer, bool) {
	e := c.entries[key]
	if e == nil {
		return Answer{}, false
	}
	k := e.Value.(*cached)
	if c.now().After(k.until) {
		c.order.Remove(e)
		delete(c.entries, key)
		return Answer{}, false
	}
	c.order.MoveToFront(e)
	a := k.answer
	a.Sentences, a.Citations, a.Projects = slices.Clone(a.Sentences), slices.Clone(a.Citations), slices.Clone(a.Projects)
	a.Usage = Usage{Model: a.Usage.Model}
	t := *a.Trace
	t.Cached, t.Usage, t.Calls = true, a.Usage, nil
	a.Trace = &t
	return a, true
}

func (c *cache) put(key string, a Answer) {
	c.entries[key] = c.order.PushFront(&cached{key, a, c.now().Add(cacheTime)})
	for len(c.entries) > c.size {
		last := c.order.Back()
		c.order.Remove(last)
		delete(c.entries, last.Value.(*cached).key)
	}
}

// cacheKey names what a model's answer to q depends on: who may read it, the question as it
// was understood, the talk where it matters, the model and its prompt. The generation of the
// reports is the engine's own.
func (e *Engine) cacheKey(q Question, p *plan.Plan) string {
	key := struct {
		Scope, Model, Prompt, Language, Question, Intent string
		Projects, Attributes                             []string
		Talk                                             []string
	}{
		Scope: q.Scope, Model: e.cfg.Generator.Name(), Prompt: prompts.Answer(prompts.AnswerInput{}).Version, Language: p.Language,
		Question: corpus.Normal(q.Text), Intent: string(p.Intent),
	}
	for _, pr := range p.Projects {
		key.Projects = append(key.Projects, pr.ID)
	}
	for _, a := range p.Attributes {
		key.Attributes = append(key.Attributes, a.ID)
	}
	if p.FollowUp {
		for _, t := range q.Turns {
			key.Talk = append(key.Talk, t.Question)
			if t.Answer != nil {
				key.Talk = append(key.Talk, t.Answer.Render())
			}
		}
	}
	data, _ := json.Marshal(key) // strings alone
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:16])
}

// keepable reports whether an answer is worth giving again: a model wrote it.
func keepable(a *Answer) bool { return a.Mode == Model && a.Trace != nil && a.Trace.Fallback == "" }
