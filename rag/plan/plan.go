// Package plan finds out what a question asks: the projects it names, the
// attribute and the kind of value it wants, the kind of answer, the language,
// and whether it should be declined.
//
// Start at [Planner.Plan]. A plan is made from words alone, deterministically;
// the words are data ([corpus.Vocabulary], [corpus.Glossary]) and the names
// come from the catalogue.
//
// What it does not do: it does not search, and it does not know whether the
// reports hold an answer.
package plan

import (
	"strings"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag/catalogue"
)

// An Intent is the kind of answer a question wants.
type Intent string

// The intents. Fact is the one without a cue.
const (
	Fact    Intent = "fact"
	Define  Intent = "define"
	Summary Intent = "summary"
	List    Intent = "list"
	Count   Intent = "count"
	Compare Intent = "compare"
)

// A Decline is the kind of question that is not answered.
type Decline string

// The kinds of declined questions.
const (
	Advice    Decline = "advice"    // what to buy or sell
	Live      Decline = "live"      // prices of today
	Injection Decline = "injection" // instructions to the bot
	OffTopic  Decline = "offtopic"  // tasks that have nothing to do with reports
	About     Decline = "about"     // what the bot itself is and can
)

// A Tense says whether a question asks for what is there or for what is to come.
type Tense string

// The tenses.
const (
	Done    Tense = "done"
	Planned Tense = "planned"
)

// A Plan is what a question asks.
type Plan struct {
	Text       string // the question, as it was asked
	Language   string // of the answer: "en" or "zh"
	Intent     Intent
	Defines    bool                 // asks what its project is, whatever else it asks
	Conflict   bool                 // asks how things really are: disagreements are the point
	Projects   []*catalogue.Project // named, or carried over from the talk; in order
	FollowUp   bool                 // the projects come from the talk before
	Attributes []corpus.Attribute   // asked for, in order of mention
	Wants      []corpus.ValueType   // what an answering sentence must hold, one of them; nil for anything
	Concepts   []Concept            // the other words of the question
	Counted    *Concept             // what a question asks the number of, or nil
	Asked      []corpus.Value       // figures and dates in the question
	Parts      []Plan               // of a question that asks several things; empty for one
	Sides      []Concept            // the two notions that a comparison sets side by side, or nil
	Category   *Category            // a category of projects that the question names, or nil
	Reports    []string             // ids of reports that the question names
	Expand     string               // words for the search beside the question's own
	Decline    Decline              // "" when it may be answered
	Tense      Tense                // asks for what is done or for what is planned, or ""
	Filter     *Filter              // bounds the projects that a list holds, or nil
	Brief      bool                 // a summary of a few sentences will do
	Why        bool                 // asks for a reason
	Differ     bool                 // asks whether the reports tell different things
	Timeline   bool                 // asks what happened, in order
	Outline    bool                 // asks what a whole report, or all of them, are about
	Unclear    bool                 // says "it" of something that neither the question nor the talk names
	Unknown    string               // a name in the question that no passage holds, or ""
	Each       bool                 // asks for a figure per group ("in each table")
}

// A Filter bounds a list by what is stated of an attribute.
type Filter struct {
	Attribute corpus.Attribute
	Op        Op
	Value     corpus.Value // of Over, Under, Between and the dates
	Upto      corpus.Value // of Between
	Unit      string       // the word behind the figure ("mwh"), folded; "" for none and for money
	Strict    bool         // of Over, Under and the dates: the value itself is out
	Withheld  bool         // of None: stated to be kept back, not to be none
	Rows      int          // of Most and Least: how many are asked for; 0 when not said
}

// An Op is how a filter compares.
type Op string

// The operations.
const (
	Over    Op = "over"    // at least the value
	Under   Op = "under"   // at most the value
	Before  Op = "before"  // a date before the value, or within it
	After   Op = "after"   // a date after the value, or within it
	Between Op = "between" // from Value to Upto
	On      Op = "on"      // a date within the value's year or month
	Most    Op = "most"    // the largest first
	Least   Op = "least"   // the smallest first
	None    Op = "none"    // stated not to have any
)

// A Concept is a content word of the question with everything that means the same.
type Concept struct {
	Text         string   // as asked, folded
	Attribute    string   // the id of the attribute that it names, or ""
	Alternatives []string // normal forms (corpus.Normal), the asked one first
	Strong       int      // so many of the alternatives mean just what was asked; the others are kin
	Name         bool     // a name of two words or more
	Weight       float64  // how much it tells passages apart: 0 to 1
}

// kinWeight is what a word of the same attribute counts beside the word asked
// for: a sentence about a testnet answers a question about a mainnet badly.
const kinWeight = 0.6

// Match returns how far the text, in normal form, holds the concept: 0 to 1.
func (c Concept) Match(normal string) float64 {
	for i, a := range c.Alternatives {
		if strings.Contains(normal, a) {
			if i < c.Strong {
				return 1
			}
			return kinWeight
		}
	}
	return 0
}

// A Category is a section or table of projects.
type Category struct {
	Label    string
	Projects []*catalogue.Project
}

// A Turn is one question of the talk before, with the projects that its
// answer was about, in order.
type Turn struct {
	Question string
	Projects []*catalogue.Project
}
