# Compute with R what tests/claims/test_ch06.py compares chapter 6 with:
#
#     cd tests/oracles && Rscript ch06.R
#
# reads data/scores.csv and writes ch06.csv beside this script.

suppressPackageStartupMessages({
  library(coin)
  library(exactRankTests)
})


results <- list()
store <- function(case, statistic, program, value) {
  row <- data.frame(case, statistic, program, value = sprintf("%.12g", as.numeric(value)))
  results[[length(results) + 1]] <<- row
}

flips <- function(case, before, after) {
  test <- perm.test(after, before, paired = TRUE, exact = TRUE)
  store(case, "flips, two-sided", "exactRankTests::perm.test", test$p.value)
  test <- perm.test(after, before, paired = TRUE, exact = TRUE, alternative = "greater")
  store(case, "flips, greater", "exactRankTests::perm.test", test$p.value)
}

pairs <- na.omit(read.csv("../../data/scores.csv"))
for (measure in c("empathy", "self_efficacy", "stigma", "likelihood")) {
  before <- pairs[[paste0(measure, "_before")]]
  after <- pairs[[paste0(measure, "_after")]]
  rose <- sum(after > before)
  fell <- sum(after < before)
  flips(measure, before, after)
  store(measure, "sign test", "stats::binom.test", binom.test(rose, rose + fell)$p.value)
  store(measure, "sign test, greater", "stats::binom.test",
        binom.test(rose, rose + fell, alternative = "greater")$p.value)
  store(measure, "Mann-Whitney", "stats::wilcox.test", wilcox.test(after, before, exact = FALSE)$p.value)
  store(measure, "paired t", "stats::t.test", t.test(after, before, paired = TRUE)$p.value)
  store(measure, "standard error, two piles", "stats::t.test", t.test(after, before)$stderr)
  store(measure, "standard error, pairs", "stats::t.test", t.test(after, before, paired = TRUE)$stderr)
}
store("empathy", "sign test, zeros shared", "stats::binom.test", binom.test(19 + 6 / 2, 34)$p.value)
first <- head(pairs, 8)
flips("first eight", first$empathy_before, first$empathy_after)
flips("four", c(0, 1, 0, 0), c(6, 0, 3, 2))

test <- symmetry_test(
  c(pairs$empathy_after, pairs$empathy_before) ~ factor(rep(c("after", "before"), each = nrow(pairs))) |
    factor(rep(seq_len(nrow(pairs)), 2)),
  distribution = "exact"
)
store("empathy", "flips, two-sided", "coin::symmetry_test", pvalue(test))

# chances of p below .05 with 34 people, and of p from .04 to .05, by the noncentral t distribution
se <- sd(pairs$empathy_after - pairs$empathy_before) / sqrt(34)
for (mean in c(0, 0.7, 1.4, 2.1, 2.8)) {
  tails <- function(p) {
    limit <- qt(p / 2, 33, lower.tail = FALSE)
    pt(limit, 33, mean / se, lower.tail = FALSE) + pt(-limit, 33, mean / se)
  }
  store(sprintf("true mean %.1f", mean), "p below .05", "stats::pt", tails(0.05))
  store(sprintf("true mean %.1f", mean), "p from .04 to .05", "stats::pt", tails(0.05) - tails(0.04))
}

write.csv(do.call(rbind, results), "ch06.csv", row.names = FALSE)
