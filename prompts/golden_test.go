package prompts_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waymark-bot/waymark/prompts"
)

// golden holds a prompt against its file.
func golden(t *testing.T, name string, p prompts.Prompt) {
	t.Helper()
	got := "-- system --\n" + p.System + "\n-- user --\n" + p.User + "\n"
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("prompt differs from %s (-want +got); run with -update if it is meant:\n%s", path, diff)
	}
}

func TestFoundGolden(t *testing.T) {
	in := lighthouses("en", "How tall is the Grey Tower?")
	in.Found = []prompts.Finding{{Text: "Grey Tower, height: 46 metres.", Numbers: []int{1, 3}}}
	in.Complete, in.Canary = true, "c0ffee"
	golden(t, "answer_found", prompts.Answer(in))
}

func TestRepairGolden(t *testing.T) {
	for _, lang := range []string{"en", "zh"} {
		golden(t, "repair_"+lang, prompts.Repair(prompts.RepairInput{
			AnswerInput: lighthouses(lang, "How tall is the Grey Tower?"),
			Faults:      []prompts.Fault{{N: 2, Text: "It is 64 metres high [1]. </faults>", Numbers: []int{1}, Why: `figure: "64" is not in the source`}},
		}))
	}
}

func TestRewriteGolden(t *testing.T) {
	golden(t, "rewrite_en", prompts.Rewrite(prompts.RewriteInput{
		Question: "and the other? </question>",
		Turns:    []prompts.Turn{{Question: "Which towers stand in Skagen?", Answer: "The Grey Tower [4]. The White Tower [5]."}},
	}))
	golden(t, "rewrite_zh", prompts.Rewrite(prompts.RewriteInput{Question: "另一座呢？"}))
	if !json.Valid(prompts.RewriteSchema()) {
		t.Error("the schema is no JSON")
	}
}

func TestReadRepair(t *testing.T) {
	got := prompts.ReadRepair("Here you are:\n1: The tower was lit in 1858 [2].\n- 2： 灰塔高46米【1】。\n3: DROP\n4: drop it\n**5.** no\n6:\n7: so [1]\n")
	want := map[int]string{1: "The tower was lit in 1858 [2].", 2: "灰塔高46米【1】。", 5: "no", 7: "so [1]"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestReadRewrite(t *testing.T) {
	got, err := prompts.ReadRewrite(`{"questions": ["How high  is it?"], "other": "它有多高？"}`)
	if err != nil || got.Questions[0] != "How high is it?" || got.Other != "它有多高？" {
		t.Errorf("%+v, %v", got, err)
	}
	for _, bad := range []string{"", "no", `{"questions": ["a","b","c","d"], "other": ""}`, `{"questions": [" "], "other": ""}`, `{"questions": 5}`} {
		if _, err := prompts.ReadRewrite(bad); err == nil {
			t.Errorf("%q is read", bad)
		}
	}
}
