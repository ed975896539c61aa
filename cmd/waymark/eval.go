package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag/eval"
)

type evalCommand struct {
	Answers   evalAnswersCommand   `cmd:"" help:"Ask a set of questions and score the answers, citations and refusals."`
	Evidence  evalEvidenceCommand  `cmd:"" help:"Score what a language model would be shown: whether it holds what right answers hold, and in how many tokens."`
	Retrieval evalRetrievalCommand `cmd:"" help:"Score the search on a retrieval set."`
}

type evalAnswersCommand struct {
	File    string   `arg:"" help:"Questions with what a right answer holds, one JSON object a line."`
	Reports []string `placeholder:"PATH" help:"Answer from the reports of this folder instead; may be given several times."`
	Save    string   `type:"path" placeholder:"FILE" help:"Keep the verdicts in this file."`
	Against string   `type:"path" placeholder:"FILE" help:"Compare with the verdicts that an earlier run saved."`
	JSON    bool     `name:"json" help:"Print one JSON object a question, then one with the figures, then the comparison."`
}

// Run asks the questions of a file and prints how the answers were judged.
func (c *evalAnswersCommand) Run(ctx context.Context, a *app) error {
	questions, err := readQuestions(c.File)
	if err != nil {
		return err
	}
	var before *eval.Report
	if c.Against != "" {
		if before, err = readVerdicts(c.Against); err != nil {
			return err
		}
	}
	k, err := c.open(ctx, a)
	if err != nil {
		return err
	}
	defer a.close(k)
	if err := k.engine.Warm(ctx); err != nil { // as a bot is that has been running for a second
		return err
	}
	report, err := eval.Scorer{Names: k}.Answers(ctx, k.engine, questions)
	if err != nil {
		return err
	}
	if c.Save != "" {
		if err := saveVerdicts(c.Save, report); err != nil {
			return err
		}
	}
	return c.print(a, before, report)
}

// Entities implements [eval.Names].
func (k *knowledge) Entities() []eval.Entity {
	var out []eval.Entity
	for _, p := range k.catalogue.Projects() {
		out = append(out, eval.Entity{ID: p.ID, Names: p.Names()})
	}
	return out
}

// readVerdicts reads what an earlier run saved.
func readVerdicts(file string) (*eval.Report, error) {
	const wanted = "want a file that waymark eval answers --save wrote"
	f, err := os.Open(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, usagef("%s is not there; %s", file, wanted)
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	report, err := eval.ReadReport(f)
	if err != nil {
		return nil, usagef("%s: %v; %s", file, err, wanted)
	}
	return &report, nil
}

func saveVerdicts(file string, report eval.Report) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	return errors.Join(report.Write(f), f.Close())
}

// print prints a run and, where there is an earlier one, what changed since.
func (c *evalAnswersCommand) print(a *app, before *eval.Report, report eval.Report) error {
	if c.JSON {
		return c.printJSON(a, before, report)
	}
	if err := report.Print(a.stdout); err != nil || before == nil {
		return err
	}
	fmt.Fprintf(a.stdout, "\nAgainst %s:\n", printable(c.Against))
	return eval.Compare(*before, report).Print(a.stdout)
}

func (c *evalAnswersCommand) printJSON(a *app, before *eval.Report, report eval.Report) error {
	for _, v := range report.Verdicts {
		if err := printJSON(a.stdout, v); err != nil {
			return err
		}
	}
	if err := printJSON(a.stdout, report.Summary()); err != nil || before == nil {
		return err
	}
	return printJSON(a.stdout, eval.Compare(*before, report))
}

func readQuestions(file string) ([]eval.Question, error) {
	f, err := os.Open(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, usagef("%s is not there; want a file of questions, one JSON object a line", file)
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	questions, err := eval.ReadQuestions(f)
	if err != nil {
		return nil, usagef("%s: %v", file, err)
	}
	if len(questions) == 0 {
		return nil, usagef("%s holds no question; want one JSON object a line", file)
	}
	return questions, nil
}

// open opens the reports that answer: those of --reports, else the usual ones.
func (c *evalAnswersCommand) open(ctx context.Context, a *app) (*knowledge, error) {
	if len(c.Reports) == 0 {
		return a.open(ctx)
	}
	m, err := a.models()
	if err != nil {
		return nil, err
	}
	k, skipped, err := a.knowReports(ctx, m, c.Reports...)
	for _, s := range skipped {
		fmt.Fprintf(a.stderr, "skipped %s: %s\n", printable(s.File), oneLine(s.Reason))
	}
	return k, err
}

type evalEvidenceCommand struct {
	File    string   `arg:"" help:"Questions with what a right answer holds, one JSON object a line."`
	Reports []string `placeholder:"PATH" help:"Use the reports of this folder instead; may be given several times."`
	JSON    bool     `name:"json" help:"Print one JSON object."`
}

// Run gathers the evidence for the questions of a file and prints what it holds.
func (c *evalEvidenceCommand) Run(ctx context.Context, a *app) error {
	questions, err := readQuestions(c.File)
	if err != nil {
		return err
	}
	k, err := (&evalAnswersCommand{Reports: c.Reports}).open(ctx, a)
	if err != nil {
		return err
	}
	defer a.close(k)
	recall, err := eval.Scorer{}.Evidence(ctx, k.engine, questions)
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(a.stdout, recall)
	}
	return recall.Print(a.stdout)
}

type evalRetrievalCommand struct {
	Dir     string `arg:"" help:"Folder in BEIR's form: corpus.jsonl, queries.jsonl, qrels.tsv."`
	Weights bool   `help:"Measure what the embedding model's vectors should count beside the words, for WAYMARK_EMBED_WEIGHT."`
	JSON    bool   `name:"json" help:"Print one JSON object; with --weights, one a weight."`
}

// Run indexes a retrieval set in memory and prints how well its queries find
// what they should.
func (c *evalRetrievalCommand) Run(ctx context.Context, a *app) error {
	if info, err := os.Stat(c.Dir); err != nil || !info.IsDir() {
		return usagef("%s is no folder; want one with corpus.jsonl, queries.jsonl and qrels.tsv", c.Dir)
	}
	m, err := a.models()
	if err != nil {
		return err
	}
	if c.Weights {
		return c.weights(ctx, a, m)
	}
	var k *knowledge
	result, err := eval.Retrieval(ctx, c.Dir, func(ctx context.Context, reports []corpus.Report, passages []corpus.Passage) (eval.Searcher, error) {
		var err error
		if k, err = a.searcher(ctx, reports, passages, m); err != nil {
			return nil, err
		}
		return k.engine.Search, nil
	})
	if k != nil {
		defer a.close(k)
	}
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(a.stdout, result)
	}
	_, err = fmt.Fprintf(a.stdout, "%d queries: nDCG@10 %.4f, recall@10 %.4f, MRR@10 %.4f, p50 %.1f ms, p95 %.1f ms\n",
		result.Queries, result.NDCG, result.Recall, result.MRR, result.P50, result.P95)
	return err
}

// measuredWeights are the shares that are tried.
var measuredWeights = [...]float64{0, 0.03, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1}

// weights prints how well each share of the vectors finds, and the best.
func (c *evalRetrievalCommand) weights(ctx context.Context, a *app, m models) error {
	if a.settings.EmbedModel == "" {
		return usagef("eval retrieval: --weights without an embedding model; want WAYMARK_EMBED_MODEL and where it answers")
	}
	var k *knowledge
	reports, err := eval.Weights(ctx, c.Dir, measuredWeights[:], func(ctx context.Context, reports []corpus.Report, passages []corpus.Passage) (search eval.WeightedSearch, err error) {
		k, search, err = a.weightedSearcher(ctx, reports, passages, m)
		return search, err
	})
	if k != nil {
		defer a.close(k)
	}
	if err != nil {
		return err
	}
	best := reports[0]
	for _, r := range reports {
		if r.NDCG > best.NDCG {
			best = r
		}
		if c.JSON {
			if err := printJSON(a.stdout, r); err != nil {
				return err
			}
			continue
		}
		fmt.Fprintf(a.stdout, "weight %.2f: nDCG@10 %.4f, recall@10 %.4f, MRR@10 %.4f\n", r.Weight, r.NDCG, r.Recall, r.MRR)
	}
	if !c.JSON {
		fmt.Fprintf(a.stdout, "Best: WAYMARK_EMBED_WEIGHT=%g, with the next waymark ingest.\n", best.Weight)
	}
	return nil
}
