# Compute chapter 8's p values and powers a second time, in R and written apart from the chapter:
#
#     cd tests/oracles && Rscript ch08.R
#
# writes ch08.csv beside this script. What R's packages lack (the split rule, Pratt with the continuity correction) is
# written out below. The four worlds are drawn anew, 10,000 studies of 34 people each.

suppressPackageStartupMessages({
  library(coin)
  library(exactRankTests)
  library(ordinal)
})
set.seed(8)
scores <- na.omit(read.csv("../../data/scores.csv"))
results <- list()
store <- function(what, case, value) results[[length(results) + 1]] <<- data.frame(what, case, value)

from_ranks <- function(d, ranks, half) {
  # ranks holds every rank that a coin flip gives a sign to; a split zero is half up and half down
  up <- sum(ranks[d > 0]) + sum(ranks[d == 0]) / 2
  2 * pnorm(-(abs(up - sum(ranks) / 2) - half) / sqrt(sum(ranks^2) / 4))
}

for (measure in c("empathy", "self_efficacy", "stigma", "likelihood")) {
  d <- scores[[paste0(measure, "_after")]] - scores[[paste0(measure, "_before")]]
  moved <- d[d != 0]
  all_ranks <- rank(abs(d))
  pratt <- all_ranks[d != 0]
  nothing <- rep(0, length(d))
  store("drop", measure, wilcox.test(moved, exact = FALSE, correct = FALSE)$p.value)
  store("drop, corrected", measure, wilcox.test(moved, exact = FALSE, correct = TRUE)$p.value)
  store("Pratt", measure, pvalue(wilcoxsign_test(d ~ nothing, zero.method = "Pratt")))
  store("Pratt, corrected", measure, from_ranks(moved, pratt, 0.5))
  store("split", measure, from_ranks(d, all_ranks, 0))
  store("split, corrected", measure, from_ranks(d, all_ranks, 0.5))
  store("drop, exact", measure, wilcox.exact(moved)$p.value)
  exact <- wilcoxsign_test(d ~ nothing, zero.method = "Pratt", distribution = "exact")
  store("Pratt, exact", measure, pvalue(exact))
  store("sign test", measure, binom.test(sum(d > 0), length(moved))$p.value)
  store("paired t", measure, t.test(d)$p.value)
  store("sign flips", measure, perm.test(moved, exact = TRUE)$p.value)
}

store("theory", "34", power.t.test(n = 34, delta = 0.35, sd = 1, type = "one.sample", strict = TRUE)$power)
store("theory", "68", power.t.test(n = 68, delta = 0.35, sd = 1, type = "one.sample", strict = TRUE)$power)

answer <- function(level) pmin(pmax(round(level + rnorm(34, sd = 1.3)), 4), 20)
short_scale <- function(gain) {
  level <- rnorm(34, 18, 2.7)
  answer(level + gain) - answer(level)
}
worlds <- list(
  power = list(
    "normal" = function() rnorm(34) + 0.35,
    "a few gain much" = function() rexp(34) - 0.65,
    "a few lose much" = function() 1.35 - rexp(34),
    "short scale" = function() short_scale(0.8)
  ),
  size = list(
    "normal" = function() rnorm(34),
    "short scale" = function() short_scale(0),
    "a few gain much" = function() rexp(34) - 1,
    "a few lose much" = function() 1 - rexp(34)
  )
)
one_study <- function(draw) {
  d <- draw()
  moved <- d[d != 0]
  fewer <- min(sum(d > 0), sum(d < 0))
  c(
    "sign test" = min(1, 2 * pbinom(fewer, length(moved), 0.5)),
    "signed-rank, drop" = from_ranks(moved, rank(abs(moved)), 0),
    "signed-rank, Pratt" = from_ranks(moved, rank(abs(d))[d != 0], 0),
    "paired t" = t.test(d)$p.value
  )
}
for (truth in names(worlds)) {
  for (world in names(worlds[[truth]])) {
    shares <- rowMeans(replicate(10000, one_study(worlds[[truth]][[world]])) <= 0.05)
    for (test in names(shares)) store(paste(truth, test, sep = ": "), world, shares[test])
  }
}

# a cumulative link mixed model of the single answers on empathy, with random effects of people, occasions and items;
# rounded, because where the optimiser stops depends on its version
responses <- read.csv("../../data/responses.csv")
items <- read.csv("../../data/items.csv")
own <- items[items$instrument == "empathy", ]
long <- do.call(rbind, lapply(seq_len(nrow(own)), function(i) {
  answer <- responses[[own$item[i]]]
  if (own$reversed[i] == "yes") answer <- 4 - answer
  data.frame(person = responses$person, wave = factor(responses$wave, c("before", "after")), item = own$item[i], answer)
}))
long <- na.omit(long[long$person %in% scores$person, ])
long <- transform(long, answer = factor(answer, ordered = TRUE), person = factor(person), item = factor(item))
model <- clmm(answer ~ wave + (1 | person) + (1 | person:wave) + (1 | item), data = long)
wave <- coef(summary(model))["waveafter", ]
store("ordinal model: answers", "empathy", nrow(long))
store("ordinal model: odds ratio", "empathy", round(exp(wave["Estimate"]), 4))
store("ordinal model: low", "empathy", round(exp(wave["Estimate"] - qnorm(0.975) * wave["Std. Error"]), 4))
store("ordinal model: high", "empathy", round(exp(wave["Estimate"] + qnorm(0.975) * wave["Std. Error"]), 4))
store("ordinal model: p", "empathy", round(wave["Pr(>|z|)"], 4))

results <- do.call(rbind, results)
results$value <- sprintf("%.12g", results$value)
write.table(results, "ch08.csv", sep = ",", row.names = FALSE, qmethod = "double")
