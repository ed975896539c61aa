package rag_test

import (
	"strings"
	"testing"

	"github.com/waymark-bot/waymark/rag"
)

const canalReview = `# Canal review

Authors:

Ada Quill, editor
Bo Reed, painter

Helpers:

Cy Lock, diver

Barges are back on the canals.

## Barge yards

### Amber Arcade

Amber Arcade builds barges on Solana. In May 2021 Amber Arcade opened its yard. It raised $5 million in a seed round in June 2022. Amber Arcade has 300 users. Its launch on the mainnet was in March 2023.

### Birch Bank

Birch Bank 是一个船坞市场。2022 年 6 月，Birch Bank 完成 1000 万美元种子轮融资。该月，Oak Capital 向 Birch Bank 追加 200 万美元投资。Birch Bank 计划在 Q4 发布代币。

### Cedar Cove

Cedar Cove mends locks. It uses proof of work. Cedar Cove is developed by Lock Guild Ltd. Its FDV is $723,377,08424.

## Lock keepers

### Dune Depot

Dune Depot keeps locks and uses a proof of residence. Its FDV is $90 million. Dune Depot has no token yet. Hack Capital backed Dune Depot.

### Elm Exchange

Elm Exchange trades tolls. Its FDV is $40 million. Unlike Dune Depot, Elm Exchange keeps no locks. Elm Exchange rents a B200 lock at $0.2 an hour and a C300 lock at $0.7 an hour.

## Upkeep

Dredging is costly. The canals silt up because nobody dredges them any more. It has been so for years, probably due to the price of diesel.
`

const canalNote = `# Canal note

### Amber Arcade

Amber Arcade raised $9 million in a seed round.

### Willow Folio

Willow Folio prints charts of canals.
`

func canals(t *testing.T) *world {
	t.Helper()
	return reported(t, note{"Towpath Press", 3, canalReview}, note{"Sluice Notes", 12, canalNote})
}

// rendered asks and wants parts in the answer as text, and others never.
func rendered(t *testing.T, w *world, question string, want, never []string) {
	t.Helper()
	a := w.ask(t, question)
	got := a.Render()
	for _, s := range want {
		if !strings.Contains(got, s) {
			t.Errorf("%q: no %q in\n%s", question, s, got)
		}
	}
	for _, s := range never {
		if strings.Contains(got, s) {
			t.Errorf("%q: %q in\n%s", question, s, got)
		}
	}
}

// TestWhole holds what is said of a report, of a project over time and of all reports as wholes.
func TestWhole(t *testing.T) {
	w := canals(t)
	for _, tt := range []struct {
		question    string
		want, never []string
	}{
		{"what is the Towpath report about?", []string{"Report of Towpath Press (Towpath Press, 2024-03)", "• Barge yards: Amber Arcade, Birch Bank, Cedar Cove", "• Lock keepers: Dune Depot, Elm Exchange", "• Upkeep: The canals silt up"}, []string{"Sluice"}},
		{"总结一下 Towpath 的报告", []string{"Towpath Press，2024-03", "• Barge yards：Amber Arcade、Birch Bank、Cedar Cove"}, nil},
		{"who wrote the Towpath report?", []string{"Ada Quill, editor", "Bo Reed, painter"}, []string{"Cy Lock"}},
		{"Towpath 那份报告是谁写的", []string{"Ada Quill, editor", "Bo Reed, painter"}, []string{"Cy Lock"}},
		{"hey, new here! who wrote the Towpath report?", []string{"Ada Quill, editor"}, nil},
		{"who wrote the Sluice report?", []string{"I found no answer to this in the reports."}, nil},
		{"what can I ask this bot?", []string{"I answer questions out of source reports", "Report of Towpath Press (Towpath Press); Report of Sluice Notes (Sluice Notes)", "Ask me what a project is"}, nil},
		{"你能做什么", []string{"我根据收录的报告回答问题", "Report of Towpath Press"}, nil},
		{"what do the reports cover?", []string{"Towpath Press, 2024-03", "Sluice Notes, 2024-12"}, nil},
		{"timeline of Amber Arcade?", []string{"Amber Arcade, by date", "• May 2021: In May 2021 Amber Arcade opened", "• June 2022: ", "• March 2023: "}, nil},
		{"Amber Arcade 的时间线", []string{"Amber Arcade，按时间", "• 2021 年 5 月：报告原文：“In May 2021"}, nil},
		{"do the reports disagree on anything?", []string{"Amber Arcade, raised: $9 million (seed round), as of 2024-12; $5 million (seed round, June 2022), as of 2024-03"}, []string{"Birch"}},
		{"do the reports disagree about Willow Folio?", []string{"that the reports state of Willow Folio and found none"}, nil},
		{"do the reports disagree about Dune Depot?", []string{"I compared the figures that the reports state of Dune Depot and found none that differ."}, nil},
	} {
		rendered(t, w, tt.question, tt.want, tt.never)
	}
	a := w.ask(t, "timeline of Amber Arcade?")
	got := a.Render()
	if strings.Index(got, "2021") > strings.Index(got, "June 2022") || strings.Index(got, "June 2022") > strings.Index(got, "March 2023") {
		t.Errorf("not in order:\n%s", got)
	}
}

// TestConditionsKept holds that a list does not drop what bounds it, and that what is asked by words is said to be so.
func TestConditionsKept(t *testing.T) {
	w := canals(t)
	for _, tt := range []struct {
		question    string
		want, never []string
	}{
		{"which projects use proof of work?", []string{"The reports speak of “proof of work”: 1 project", "Cedar Cove"}, []string{"Dune Depot"}},
		{"which projects have been hacked?", []string{"I found no answer to this in the reports."}, []string{"Hack Capital"}},
		{"which projects have no token yet?", []string{"none, or only planned", "Dune Depot: none", "Birch Bank: “Birch Bank 计划在 Q4 发布代币。”", "2 projects"}, []string{"Cedar Cove"}},
		{"which lock keepers have the largest FDV?", []string{"Dune Depot: $90 million", "Elm Exchange: $40 million"}, []string{"Cedar Cove"}},
		{"which projects have the largest FDV?", []string{"Dune Depot: $90 million", "Printed so that it cannot be compared:\nCedar Cove: $723,377,08424 (as printed)"}, nil},
		{"FDV 前一名是哪个项目", []string{"Dune Depot：9000 万美元"}, []string{"Elm Exchange"}},
		{"2022 年 6 月有哪些项目融资", []string{"Amber Arcade", "Birch Bank"}, nil},
		{"which barge yards have a mainnet?", []string{"Amber Arcade"}, []string{"Birch Bank", "Cedar Cove"}},
		{"which locks of Elm Exchange rent for less than $0.5 an hour?", []string{"Elm Exchange, price, less than $0.5", "$0.2 an hour"}, nil},
		{"compare Dune Depot and Elm Exchange", []string{"Unlike Dune Depot, Elm Exchange keeps no locks.", "FDV: Dune Depot $90 million [", "· Elm Exchange: $40 million ["}, nil},
		{"compare Amber Arcade and Dune Depot", []string{"Users: Amber Arcade “300 users”; Dune Depot not stated"}, nil},
		{"who built Cedar Cove?", []string{"developed by Lock Guild Ltd"}, nil},
		{"why do the canals silt up?", []string{"because nobody dredges them"}, nil},
	} {
		rendered(t, w, tt.question, tt.want, tt.never)
	}
}

// TestCountedNow holds that what is counted is told with its date, though a question says "right now", and that a
// price of the day is not.
func TestCountedNow(t *testing.T) {
	w := canals(t)
	if a := w.ask(t, "how many users does Amber Arcade have right now?"); a.Status != rag.Answered || !says(a, "300 users") {
		t.Errorf("status %s\n%s", a.Status, a.Render())
	}
	if a := w.ask(t, "what is the price of Amber Arcade right now?"); a.Status != rag.Declined {
		t.Errorf("status %s\n%s", a.Status, a.Render())
	}
	if a := w.ask(t, "should i join Amber Arcade, is it worth it?"); a.Status != rag.Declined {
		t.Errorf("status %s\n%s", a.Status, a.Render())
	}
}

// TestSections holds that what stands under a heading is told under it: an entry each of a section of projects, what is
// for and what is against a thing each by itself.
func TestSections(t *testing.T) {
	w := landscape(t)
	for question, want := range map[string][]string{
		"summary of the flow batteries section":            {"Flow batteries: ", "Haldenflow: ", "Zephyr Zinc: "},
		"what are the headwinds and tailwinds of storage?": {"Headwinds\n", "\nTailwinds\n"},
		"储能行业的阻力和助力分别有哪些":                                  {"阻力\n", "\n助力\n"},
	} {
		rendered(t, w, question, want, nil)
	}
}

// TestThingsNotProjects holds that a question which one of other things, or which drawbacks there are, does not list
// projects.
func TestThingsNotProjects(t *testing.T) {
	w := canals(t)
	for _, question := range []string{
		"which season is the best for dredging?",
		"what problems do the canals have?",
		"运河有哪些难点？",
		"what does Towpath list as a drawback of dredging?",
	} {
		rendered(t, w, question, nil, []string{" project", "个项目"})
	}
}

const leagueReview = `# League review

## Clubs

### Ash Arena

Ash Arena is a stadium on Solana with 20 members. Its market cap is $7 million. Ash Arena completed a $3 million seed round in April 2022. Its mainnet is planned for Q4.

### Beech Bowl

Beech Bowl is an L2 on Ethereum. In May 2022, Beech Bowl received a $25 million investment commitment from Oak Group. Roadmap: 2024 Q2 opens a shop; Q4 launches the mainnet.

### Chestnut Court

Chestnut Court is a court built on Ethereum. Chestnut Court 完成种子轮融资，榆树资本领投，融资金额未披露。 Rental of a hall costs $5 per hour. Its token is $NUT.

### Damson Dome

2022 年 3 月，Damson Dome 完成融资，金额未披露。该月，榆树资本向 Damson Dome 追加 500 万美元投资。Damson Dome 的代币经济尚未公布，据团队成员称，年底发代币。Zorvane Capital invested in Damson Dome.Rental of a hall costs $9 per hour.

### Elder Eye

Elder Eye is an eye clinic with an API for others. Elder Eye was founded in 2019. In March 2015, Elder Eye launched a $2 million fund for pupils. Elder Eye has 1000 beds. Elder Eye pays an APY of 4 per cent. Its market cap is $900 billion (as printed).
`

// TestLists holds what stands in lists of rounds, of years, of quarters and of two values at once, and what stands below them.
func TestLists(t *testing.T) {
	w := reported(t, note{"League", 3, leagueReview})
	for _, tt := range []struct {
		question    string
		want, never []string
	}{
		{"which projects raised a seed round?", []string{"Raised, seed round: 2 projects", "Ash Arena: $3 million (seed round, April 2022)", "Chestnut Court: not disclosed, the report says"}, []string{"Beech Bowl"}},
		{"which projects raised money in 2022?", []string{"Raised in 2022: 2 projects", "Damson Dome: $5 million (March 2022) [1] [2]", "Committed, not raised:\nBeech Bowl: $25 million (May 2022)"}, nil},
		{"融资超过二百万美元的项目有哪些", []string{"超过 200 万美元：共 2 个项目", "Ash Arena", "Damson Dome"}, nil},
		{"融资超过四百万美元的项目有哪些", []string{"超过 400 万美元：共 1 个项目", "Damson Dome"}, []string{"Ash Arena"}},
		{"which clubs are there?", []string{"Clubs: 5 projects (as League files them)"}, nil},
		{"is Ash Arena live?", []string{"Its mainnet is planned for Q4."}, nil},
		{"Damson Dome 什么时候发币", []string{"年底发代币"}, []string{"报告称未公布"}},
		{"how many projects has elm put money into?", nil, []string{"Damson Dome"}},
		{"which projects has zorvane put money into?", []string{"Damson Dome"}, nil},
		{"what is the difference in price of the halls of Chestnut Court and Damson Dome?", []string{"$5 per hour", "$9 per hour"}, nil},
		{"which project has the largest market cap?", []string{"1 project", "Ash Arena: $7 million", "Larger as it is printed, which looks like a slip:\nElder Eye: $900 billion (as printed)"}, nil},
		{"which projects were launched in 2015?", nil, []string{"Elder Eye"}},
		{"which projects have an APY?", []string{"Elder Eye: Elder Eye pays an APY of 4 per cent."}, []string{"Beech"}},
		{"will NUT hit $1000 this year?", []string{"I do not give investment advice."}, []string{"1000 beds"}},
		{"did Ash Arena raise $1000?", nil, []string{"not of Ash Arena"}},
		{"rank the clubs by sum raised", []string{"Damson Dome", "Ash Arena"}, []string{"Elder Eye"}},
		{"how much did Beech Bowl raise?", []string{"investment commitment"}, nil},
		{"which projects launch their mainnet in Q2 2024?", nil, []string{"Beech Bowl", "Ash Arena"}},
		{"which projects launch their mainnet in Q4 2024?", []string{"Beech Bowl", "Ash Arena"}, nil},
		{"which projects are an L2 on Ethereum?", []string{"Beech Bowl"}, []string{"Chestnut Court"}},
		{"which projects are an L2 on Solana?", []string{"I found no answer to this"}, []string{"Beech Bowl"}},
		{"which projects have a price per hour?", []string{"$5 per hour", "$9 per hour"}, nil},
		{"what is the NUT price?", []string{"I have no live prices"}, nil},
		{"谁创立了 Damson Dome", []string{"我没有在其中找到"}, []string{"据团队成员称"}},
	} {
		rendered(t, w, tt.question, tt.want, tt.never)
	}
}
