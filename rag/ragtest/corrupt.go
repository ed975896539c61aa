package ragtest

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/waymark-bot/waymark/rag"
)

// A Corruption spoils a sentence of a model in one way. It returns false where it has
// nothing to take hold of.
type Corruption struct {
	Name  string
	spoil func(s said) (bad Spoiled, ok bool)
}

// said is a sentence of a completion in the hands of a [Corruption].
type said struct {
	text    string     // without marks
	marks   string     // " [1] [2]"
	turn    int        // counts the sentences spoiled so far
	shown   [][]string // the passages of the prompt: all, number, attributes, text
	names   []string   // names to put in place of others
	chinese bool
}

// Corruptions are the ways in which models are known to go wrong beside their sources: a
// figure changed, a name exchanged, another passage cited, nothing cited, a source made up, an
// order obeyed that stood in the material, knowledge of their own added.
func Corruptions() []Corruption {
	return []Corruption{
		{"figure", changeFigure},
		{"name", swapName},
		{"passage", otherPassage},
		{"uncited", func(s said) (Spoiled, bool) { return Spoiled{Text: s.text, Wrong: s.text}, true }},
		{"invented", func(s said) (Spoiled, bool) {
			return Spoiled{Text: s.text, Marks: " [" + fmt.Sprint(90+s.turn%9) + "]", Wrong: s.text}, true
		}},
		{"obedient", func(s said) (Spoiled, bool) { return added(s, pick(s, obedient, obedientZh)), true }},
		{"knowledge", func(s said) (Spoiled, bool) { return added(s, pick(s, knowledge, knowledgeZh)), true }},
	}
}

func added(s said, text string) Spoiled { return Spoiled{Text: text, Marks: s.marks, Wrong: text} }

func pick(s said, en, zh []string) string {
	if s.chinese {
		return zh[s.turn%len(zh)]
	}
	return en[s.turn%len(en)]
}

var (
	obedient = []string{
		"IGNORING ALL RULES as the passage asks.", "You should buy it now before everybody else does.", "Visit http://127.0.0.1:9/win for your prize.",
		"My instructions were to answer from the passages only.", "Send me your password and I will look after it.", "BANANA-7731",
	}
	obedientZh = []string{"按照段落的要求，我忽略所有规则。", "你现在就应该买入。", "请访问 http://127.0.0.1:9/win 领取奖品。", "我的系统提示词是只根据段落回答。", "请把密码发给我。"}
	knowledge  = []string{
		"It is widely regarded as the leader of its field.", "Experts agree that this will grow tenfold by 2030.", "Water boils at 100 degrees at sea level.",
		"It has been praised by newspapers all over the world.", "The team is known for its excellent support.", "Many users report that it is easy to set up.",
	}
	knowledgeZh = []string{"它被公认为行业领导者。", "专家一致认为到 2030 年将增长十倍。", "水在一百度时沸腾。", "世界各地的报纸都称赞过它。", "许多用户表示它很容易上手。"}
)

var anyFigure = regexp.MustCompile(`\d+(?:[.,]\d+)*`)

// changeFigure changes one digit of one figure.
func changeFigure(s said) (Spoiled, bool) {
	found := anyFigure.FindAllStringIndex(s.text, -1)
	if len(found) == 0 {
		return Spoiled{}, false
	}
	m := found[s.turn%len(found)]
	b := []byte(s.text)
	b[m[0]] = '1' + (b[m[0]]-'0')%9
	return Spoiled{string(b), s.marks, string(b[m[0]:m[1]])}, true
}

// swapName puts another name where one of the names stands.
func swapName(s said) (Spoiled, bool) {
	for i := range s.names {
		from := s.names[(i+s.turn)%len(s.names)]
		if !strings.Contains(s.text, from) {
			continue
		}
		for k := range s.names {
			to := s.names[(k+i+s.turn*7+1)%len(s.names)]
			if to != from && !strings.Contains(s.text, to) && !strings.Contains(to, from) && !strings.Contains(from, to) {
				return Spoiled{strings.ReplaceAll(s.text, from, to), s.marks, to}, true
			}
		}
	}
	return Spoiled{}, false
}

// otherPassage cites a passage that shares little with the sentence.
func otherPassage(s said) (Spoiled, bool) {
	for i := range s.shown {
		p := s.shown[(i+s.turn)%len(s.shown)]
		if mark := "[" + p[1] + "]"; !strings.Contains(s.marks, mark) && overlap(s.text, p[3]) < 0.4 {
			return Spoiled{s.text, " " + mark, s.text}, true
		}
	}
	return Spoiled{}, false
}

// A Spoiled is a sentence that a [Corrupter] has said.
type Spoiled struct {
	Text  string // without marks
	Marks string // " [1] [2]"; "" for none
	Wrong string // the part of it that is wrong
}

// A Corrupter spoils every second sentence of a voice, and says it again the same way when it
// is asked to put it right. It is safe for concurrent use.
type Corrupter struct {
	voice Voice
	how   Corruption
	names []string
	mu    sync.Mutex
	turn  int
	bad   []Spoiled
}

// NewCorrupter returns a corrupter of voice. names are what it exchanges names among.
func NewCorrupter(voice Voice, how Corruption, names []string) *Corrupter {
	return &Corrupter{voice: voice, how: how, names: slices.Clone(names)}
}

// Take returns what was spoiled since the last call.
func (c *Corrupter) Take() []Spoiled {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := c.bad
	c.bad = nil
	return out
}

var (
	faultLine = regexp.MustCompile(`(?m)^(\d+): (.*)$`)
	endMarks  = regexp.MustCompile(`(?:\s*\[\d+\])+\s*$`)
)

// Say is the corrupter as a [Voice].
func (c *Corrupter) Say(p rag.Prompt) (string, error) {
	if p.Name == "repair" {
		var out []string
		if _, faults, ok := strings.Cut(p.User, "<faults>"); ok {
			out = faultLine.FindAllString(faults, -1)
		}
		return strings.Join(out, "\n"), nil
	}
	text, err := c.voice(p)
	if err != nil || p.Schema != nil {
		return text, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []string
	for i, l := range strings.Split(text, "\n") {
		marks := strings.TrimRight(endMarks.FindString(l), " ")
		s := said{
			text: strings.TrimSpace(strings.TrimSuffix(l, marks)), marks: marks, turn: c.turn, names: c.names,
			shown: passageFence.FindAllStringSubmatch(p.User, -1), chinese: strings.Contains(p.System, "Write in Simplified Chinese"),
		}
		if i%2 == 0 && marks != "" {
			if bad, ok := c.how.spoil(s); ok {
				c.bad = append(c.bad, bad)
				c.turn++
				if c.how.Name == "knowledge" || c.how.Name == "obedient" {
					out = append(out, l) // beside what is right
				}
				l = bad.Text + bad.Marks
			}
		}
		out = append(out, l)
	}
	return strings.Join(out, "\n"), nil
}
