package bot

import (
	"cmp"
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/waymark-bot/waymark/rag"
)

// stats says how questions were answered.
func (b *Bot) stats(ctx context.Context, a *act) (Reply, error) {
	r := Reply{Language: a.w.language}
	for _, part := range []struct {
		heading string
		since   time.Time
	}{{a.w.today, b.today()}, {a.w.week, b.today().AddDate(0, 0, -6)}} {
		s, err := b.config.Admin.Stats.Stats(ctx, part.since)
		if err != nil {
			return Reply{}, err
		}
		r.Lines = append(r.Lines, section(a.w.statsHead+" · "+part.heading, a.statsLines(s))...)
	}
	if n, median, most := b.config.Tally.times(); n > 0 {
		r.Lines = append(r.Lines, plainLine(say(a.w.times, n, short(median), short(most))))
	}
	return r, nil
}

// short is a duration as a person reads it.
func short(d time.Duration) string {
	if d < time.Second {
		return d.Round(time.Millisecond).String()
	}
	return d.Round(100 * time.Millisecond).String()
}

func (a *act) statsLines(s Stats) []string {
	share := 0
	if s.Questions > 0 {
		share = (100*s.Status[rag.Answered] + s.Questions/2) / s.Questions
	}
	lines := []string{say(a.w.questions, s.Questions, share)}
	if s.Questions > 0 {
		lines = append(lines, strings.Join(a.byStatus(s.Status), " · "),
			say(a.w.byModel, s.Mode[rag.Model])+" · "+say(a.w.byHand, s.Mode[rag.Extractive]))
	}
	if s.Up+s.Down > 0 {
		lines = append(lines, say(a.w.votes, s.Up, s.Down))
	}
	return lines
}

// byStatus says how many there are of each status.
func (a *act) byStatus(n map[rag.Status]int) []string {
	var parts []string
	for _, s := range []rag.Status{rag.Answered, rag.NotCovered, rag.Declined, rag.OffTopic} {
		if n[s] > 0 {
			parts = append(parts, a.w.statuses[string(s)]+" "+strconv.Itoa(n[s]))
		}
	}
	return parts
}

// mostTopics is how many clusters a message lists, of at most mostGaps questions.
const (
	mostTopics = 10
	mostGaps   = 2000
)

// gaps lists what was not answered well. Questions of others are shown in
// private only.
func (b *Bot) gaps(ctx context.Context, a *act) (Reply, error) {
	if b.config.Admin.Gaps == nil {
		return a.says(a.w.notKept), nil
	}
	gaps, err := b.config.Admin.Gaps.Gaps(ctx, b.config.Now().AddDate(0, 0, -30), mostGaps)
	if err != nil {
		return Reply{}, err
	}
	clusters := ClusterGaps(gaps, b.config.Topics)
	if len(clusters) == 0 {
		return a.says(a.w.noGaps), nil
	}
	var lines []string
	for _, c := range clusters[:min(mostTopics, len(clusters))] {
		parts := a.byStatus(c.Status)
		if c.Down > 0 {
			parts = append(parts, say(a.w.against, c.Down))
		}
		line := say(a.w.gap, len(c.Gaps), c.About(b.config.Topics, a.w.language), strings.Join(parts, wordingOf(a.w.language).comma))
		if examples := c.Examples(1); a.m.Private && len(examples) > 0 {
			line += ": " + cutText(examples[0], 200)
		}
		lines = append(lines, line)
	}
	return Reply{Language: a.w.language, Lines: section(a.w.gapsHead, lines)}, nil
}

// cutText is the first n characters of text.
func cutText(text string, n int) string {
	if runes := []rune(text); len(runes) > n {
		return string(runes[:n]) + "…"
	}
	return text
}

// reload takes up the newest reports and says what is served.
func (b *Bot) reload(ctx context.Context, a *act) (Reply, error) {
	if b.config.Admin.Reload == nil {
		return a.says(a.w.noReload), nil
	}
	s, err := b.config.Admin.Reload(ctx)
	if err != nil {
		return Reply{}, err
	}
	text := a.w.unchanged
	if s.New {
		text = a.w.reloaded
	} else {
		a.outcome = "nothing new"
	}
	return a.says(say(text, cmp.Or(s.Generation, a.w.builtin), s.Reports, s.Passages)), nil
}

// budget says what was spent today, and the limits. An administrator of a group
// hears of that group alone.
func (b *Bot) budget(ctx context.Context, a *act) (Reply, error) {
	w := a.w
	asked, err := b.limiter.asked(ctx, a.m)
	if err != nil {
		return Reply{}, err
	}
	var lines []string
	if a.role == roleOwner {
		s, err := b.accounts.Spent(ctx, allAccount, b.today())
		if err != nil {
			return Reply{}, err
		}
		lines = append(lines, w.everybody+": "+b.spentLine(w, s, asked, scopeAll))
	}
	s, err := b.accounts.Spent(ctx, accountsOf(a.m)[1], b.today())
	if err != nil {
		return Reply{}, err
	}
	lines = append(lines, w.thisChat+": "+b.spentLine(w, s, asked, scopeChat))
	r := Reply{Language: w.language, Lines: section(w.budgetHead, lines)}
	limits := b.limits(w)
	if len(limits) == 0 {
		limits = []string{w.noLimits}
	}
	r.Lines = append(r.Lines, section(w.limitsHead, limits)...)
	if a.role == roleOwner && a.m.Private && b.config.Admin.Spenders != nil {
		most, err := b.spenders(ctx, w)
		if err != nil {
			return Reply{}, err
		}
		r.Lines = append(r.Lines, section(w.spendersHead, most)...)
	}
	return r, nil
}

// spentLine says what was spent, and how many questions were counted.
func (b *Bot) spentLine(w accessWording, s Spent, asked map[scope]int, of scope) string {
	parts := []string{say(w.spent, s.Answers, s.Tokens())}
	if s.Cost > 0 {
		parts = append(parts, money(s.Cost))
	}
	q := b.limiter.config.Quotas
	if most := map[scope]int{scopeChat: q.Chat, scopeAll: q.All}[of]; most > 0 {
		parts = append(parts, say(w.askedOf, asked[of], most))
	}
	return strings.Join(parts, " · ")
}

// money is a sum with cents, or with the digits that matter below a cent.
func money(v float64) string {
	if v > 0 && v < 0.01 {
		return "$" + strconv.FormatFloat(v, 'g', 2, 64)
	}
	return "$" + strconv.FormatFloat(v, 'f', 2, 64)
}

// spenders lists who spent most today, without saying who they are.
func (b *Bot) spenders(ctx context.Context, w accessWording) ([]string, error) {
	most, err := b.config.Admin.Spenders.Spenders(ctx, b.today(), 3)
	var lines []string
	for _, s := range most {
		line := say(w.spent, s.Answers, s.Tokens())
		if s.Cost > 0 {
			line += " · " + money(s.Cost)
		}
		lines = append(lines, line)
	}
	return lines, err
}

// limits lists the limits that are set.
func (b *Bot) limits(w accessWording) []string {
	var lines []string
	c := b.limiter.config
	for _, of := range []struct {
		scope  scope
		budget Budget
		quota  int
		rate   Rate
	}{
		{scopeAll, b.config.Budgets.All, c.Quotas.All, c.Rates.All},
		{scopeChat, b.config.Budgets.Chat, c.Quotas.Chat, c.Rates.Chat},
		{scopeUser, b.config.Budgets.User, c.Quotas.User, c.Rates.User},
	} {
		who := w.each[of.scope]
		if of.budget.Cost > 0 {
			lines = append(lines, say(w.modelLimit, who, money(of.budget.Cost)))
		}
		if of.budget.Tokens > 0 {
			lines = append(lines, say(w.modelLimit, who, say(w.tokens, of.budget.Tokens)))
		}
		if of.quota > 0 {
			lines = append(lines, say(w.questionLimit, who, say(w.daily, of.quota)))
		}
		if of.rate.bounds() {
			lines = append(lines, say(w.rateLimit, who, w.rate(of.rate)))
		}
	}
	return lines
}
