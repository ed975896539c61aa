package rag_test

import (
	"testing"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag"
)

const heatReview = `# Heat Review

Salt improving rock: salt keeps rock warm.

Salt fills the gaps between the stones of a bed, so that the air cannot carry its warmth away at night, and the bed needs less insulation than one of bare stone.

Rock improving salt: rock makes salt last.

## Rock Beds

### Obstacles

Drying the Stones. Wet stone cracks when the air passes 400 degrees.

Predicting Demand. It is hard to say how much warmth a town will want tomorrow.

Addressing Uneven Grains. Unlike pieces settle, and the fans meet a growing resistance. Sorting them costs a week.

Using Phase Curtains. They part the hot air from the cold.

### Outlook

Open, Measured, and Regional (OMR): a way to sell warmth.

Many towns stand out by their chimneys, and many more will.

### Warmth Collection

Warmth collection is a trade. Warmth collection feeds many towns. In the north warmth is gathered with dampers and a bucket.

## Services

All services are sold by the season, and towns such as Lee and Harrow buy them together:

1. night boost, the warmth that a tank gives after dark
2. day loan, which lends it before noon

## Makers

### Tide Heat

Tide Heat builds salt tanks for harbours. Its token TIDE has fully entered circulation, all 20 million of it. The price of the Grey Pump is $40 a day. The price of the Long Pump is $90 a day. In 2024 Tide Heat releases the Ebb Valve. Tide Heat plans to put this valve into every tank by May.

### Brew Stone

Brew Stone heats breweries with gravel. The token BREW has fully entered circulation, all 90 million of it. Before that it was a brewery.

## Weather

The tide of demand has fully entered circulation by the first frost.
`

// TestNotions holds that what is said of a notion is found by its most telling word, is whole,
// and brings nothing about something else.
func TestNotions(t *testing.T) {
	r, err := corpus.Read("heat.md", []byte(heatReview), corpus.Meta{ID: "heat", Title: "Heat Review"})
	if err != nil {
		t.Fatal(err)
	}
	cfg, err := configOf([]corpus.Report{r})
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(cfg)
	tests := []struct {
		question  string
		says, not []string
	}{
		{"uneven grains, why is that so hard", []string{"Addressing Uneven Grains", "growing resistance"}, []string{"how much warmth"}},
		{"what are phase curtains for", []string{"Phase Curtains", "part the hot air"}, []string{"growing resistance"}},
		{"what does OMR stand for", []string{"Open, Measured, and Regional"}, []string{"chimneys"}},
		{"how does salt improve rock", []string{"gaps between the stones"}, nil},
		{"dampers for warmth collection? how does that go", []string{"and a bucket"}, []string{"feeds many"}},
		{"are TIDE and BREW both fully in circulation?", []string{"20 million", "90 million"}, []string{"tide of demand"}},
		{"what is a night boost?", []string{"after dark"}, []string{"before noon"}},
		{"What is the price of the Grey Pump of Tide Heat?", []string{"$40"}, []string{"$90"}},
		{"What will Tide Heat put into every tank?", []string{"Ebb Valve", "this valve"}, nil},
	}
	for _, tt := range tests {
		a := w.ask(t, tt.question)
		if a.Status != rag.Answered || !says(a, tt.says...) {
			t.Errorf("%q: status %s, want %q:\n%s", tt.question, a.Status, tt.says, a.Render())
		}
		for _, no := range tt.not {
			if says(a, no) {
				t.Errorf("%q says %q too:\n%s", tt.question, no, a.Render())
			}
		}
	}
}
