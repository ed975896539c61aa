package main

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"github.com/waymark-bot/waymark/bot"
	"github.com/waymark-bot/waymark/rag/catalogue"
)

type projectsCommand struct {
	Name []string `arg:"" optional:"" help:"A project, in any spelling."`
	Lang language `placeholder:"en|zh" help:"Language that facts are worded in; that of the terminal if not given, English with --json."`
	JSON bool     `name:"json" help:"Print one JSON object a project and line; with conditions, one for the whole list."`

	whereFlags `embed:""`
}

// Help says what conditions are.
func (*projectsCommand) Help() string {
	return "With a name: its spellings and categories, a summary, and every fact that the reports state of it with the sentence it stands in. " +
		"With conditions: the projects that meet all of them, each with the sentence that says so. " +
		"A condition compares an attribute of the vocabulary, for example --where investors=NAME --min raised=10M --since launched=2023."
}

// A projectJSON is what `waymark projects --json` prints.
type projectJSON struct {
	ID         string         `json:"id"`
	Name       string         `json:"name"`
	Aliases    []string       `json:"aliases"`
	Tickers    []string       `json:"tickers"`
	Categories []categoryJSON `json:"categories"`
	Reports    []string       `json:"reports"`
	Passages   int            `json:"passages"`
}

type categoryJSON struct {
	Report string `json:"report"`
	EN     string `json:"en"`
	ZH     string `json:"zh"`
}

func projectToJSON(p *catalogue.Project) projectJSON {
	out := projectJSON{
		ID: p.ID, Name: p.Name, Aliases: append([]string{}, p.Aliases...), Tickers: append([]string{}, p.Tickers...),
		Categories: []categoryJSON{}, Reports: append([]string{}, p.Reports...), Passages: len(p.Passages),
	}
	for _, c := range p.Categories {
		out.Categories = append(out.Categories, categoryJSON{c.Report, c.En, c.Zh})
	}
	return out
}

// Run lists all projects, or tells about one.
func (c *projectsCommand) Run(ctx context.Context, a *app) error {
	name := strings.TrimSpace(strings.Join(c.Name, " "))
	conditions, err := c.conditions()
	switch {
	case err != nil:
		return err
	case len(conditions) > 0 && name != "":
		return usagef("projects: a name and conditions; want one of them")
	}
	k, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer a.close(k)
	switch {
	case len(conditions) > 0:
		return c.where(a, k, conditions)
	case name != "":
		return c.one(ctx, a, k, name)
	}
	for _, p := range k.catalogue.Projects() {
		if c.JSON {
			err = printJSON(a.stdout, projectToJSON(p))
		} else {
			_, err = fmt.Fprintf(a.stdout, "%s\n", printable(p.Name+inBrackets(categoryNames(p))))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// one prints what is known of a project, and for a person its cited summary.
func (c *projectsCommand) one(ctx context.Context, a *app, k *knowledge, name string) error {
	b := newBot(k, k.engine, a.botConfig(nil))
	p := k.catalogue.Project(name)
	if p == nil {
		err := fmt.Errorf("the reports describe no project %q", printable(name))
		if near := b.Suggest(name, 5); len(near) > 0 {
			return hintf(err, "did you mean %s?", printable(strings.Join(near, ", ")))
		}
		return hintf(err, "`waymark projects` lists all")
	}
	record, _ := k.engine.Record(p.Name, c.language(a))
	if c.JSON {
		return printJSON(a.stdout, recordToJSON(record))
	}
	t := newTerminal(a.stdout, a.env)
	if err := t.project(p); err != nil {
		return err
	}
	err := t.reply(b.Handle(ctx, bot.Message{Platform: "terminal", Private: true, Command: bot.CommandProject, Text: p.Name, Locale: c.language(a)}))
	if err != nil {
		return err
	}
	return t.facts(record, c.language(a))
}

// language is that of --lang, else of the terminal; what a program reads does not
// change with the terminal.
func (c *projectsCommand) language(a *app) string {
	switch {
	case c.Lang != "":
		return string(c.Lang)
	case !c.JSON && strings.HasPrefix(strings.ToLower(a.locale()), "zh"):
		return "zh"
	}
	return "en"
}

// project prints the names, categories and reports of a project.
func (t *terminal) project(p *catalogue.Project) error {
	var b bytes.Buffer
	t.paragraph(&b, "", "", bold, plainPieces(p.Name))
	for _, row := range []struct{ label, text string }{
		{"Also     ", strings.Join(p.Aliases, ", ")},
		{"Ticker   ", strings.Join(p.Tickers, ", ")},
		{"Category ", categoriesByReport(p)},
		{"Reports  ", strings.Join(p.Reports, ", ")},
	} {
		if row.text != "" {
			t.paragraph(&b, row.label, strings.Repeat(" ", len(row.label)), "", plainPieces(row.text))
		}
	}
	b.WriteByte('\n')
	_, err := t.out.Write(b.Bytes())
	return err
}

// categoryNames lists the categories of a project, each once.
func categoryNames(p *catalogue.Project) string {
	var names []string
	seen := map[string]bool{}
	for _, c := range p.Categories {
		name := c.En
		if name == "" {
			name = c.Zh
		}
		if name != "" && !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

// categoriesByReport lists the categories of a project with the reports that file it there.
func categoriesByReport(p *catalogue.Project) string {
	var names []string
	for _, c := range p.Categories {
		name := c.En
		if name == "" {
			name = c.Zh
		}
		names = append(names, name+inBrackets(c.Report))
	}
	return strings.Join(names, ", ")
}

func inBrackets(s string) string {
	if s == "" {
		return ""
	}
	return " (" + s + ")"
}
