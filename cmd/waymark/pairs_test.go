package main

import (
	"testing"
	"time"

	"github.com/waymark-bot/waymark/bot"
)

// gapPairs are questions that the built-in reports do not answer, each in both
// languages.
var gapPairs = [][2]string{
	{"How many employees does Gensyn have?", "Gensyn 有多少员工？"},
	{"Where is the office of Gensyn?", "Gensyn 的办公室在哪里？"},
	{"Does io.net have a mobile app?", "io.net 有手机应用吗？"},
	{"What is the customer support email of Akash?", "Akash 的客服邮箱是什么？"},
	{"Who audited Ritual's code?", "谁审计了 Ritual 的代码？"},
	{"What is the current price of TAO?", "TAO 现在的价格是多少？"},
	{"Should I sell my RNDR?", "我应该卖掉 RNDR 吗？"},
	{"Is there a bug bounty for Modulus?", "Modulus 有漏洞赏金吗？"},
	{"What are the withdrawal fees of Worldcoin?", "Worldcoin 的提现手续费是多少？"},
	{"Which exchange has the lowest fees?", "哪个交易所手续费最低？"},
	{"How do I recover a lost password?", "忘记密码怎么找回？"},
	{"What insurance covers a hack?", "黑客攻击有什么保险？"},
	{"What is the tax on staking rewards?", "质押奖励要交什么税？"},
	{"Does Vana comply with European privacy law?", "Vana 是否符合欧洲隐私法？"},
	{"Which university do the founders of Sahara come from?", "Sahara 的创始人来自哪所大学？"},
	{"How much electricity does Aethir use?", "Aethir 用多少电？"},
	{"When is the next Hyperbolic conference?", "下一次 Hyperbolic 大会是什么时候？"},
	{"Can I pay with a credit card?", "可以用信用卡付款吗？"},
	{"What is the carbon footprint of training a model?", "训练一个模型的碳足迹是多少？"},
	{"Who competes with PIN AI?", "PIN AI 的竞争对手是谁？"},
}

// leastTogether is how many of gapPairs come together at least.
const leastTogether = 15

// TestGapPairs measures how many questions come together with themselves in the
// other language, and holds that none comes together with another.
func TestGapPairs(t *testing.T) {
	a, _ := stateApp(t)
	var questions []string
	pair := map[string]int{}
	for n, p := range gapPairs {
		questions = append(questions, p[0], p[1])
		pair[p[0]], pair[p[1]] = n, n
	}
	askBuiltin(t, a, questions...)
	for i := range questions { // also what was answered somehow
		pressOn(t, a, itoa(100+i), "9", bot.Down, "")
	}
	state, err := a.openState(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer a.closeState(state)
	gaps, err := state.Gaps(t.Context(), time.Time{}, mostGaps)
	if err != nil || len(gaps) != len(questions) {
		t.Fatalf("%d gaps, %v", len(gaps), err)
	}
	topics, err := a.topics()
	if err != nil {
		t.Fatal(err)
	}
	together := 0
	for _, k := range bot.ClusterGaps(gaps, topics) {
		for _, g := range k.Gaps[1:] {
			if pair[g.Question] != pair[k.Gaps[0].Question] {
				t.Errorf("%q is put to %q", g.Question, k.Gaps[0].Question)
			}
			together++
		}
		if len(k.Gaps) == 1 {
			t.Logf("alone: %q", k.Gaps[0].Question)
		}
	}
	t.Logf("%d of %d pairs come together", together, len(gapPairs))
	if together < leastTogether {
		t.Errorf("%d of %d pairs come together, want %d", together, len(gapPairs), leastTogether)
	}
}
