# Compute chapter 11's sample sizes and powers a second time, in R:
#
#     cd tests/oracles && Rscript ch11.R
#
# writes ch11.csv beside this script. Sizes for the t tests come from power.t.test, exact p values from coin.

suppressPackageStartupMessages(library(coin))

scores <- na.omit(read.csv("../../data/scores.csv"))
change <- function(measure) scores[[paste0(measure, "_after")]] - scores[[paste0(measure, "_before")]]
empathy <- change("empathy")
stigma <- change("stigma")
effect <- mean(empathy) / sd(empathy)
results <- list()
store <- function(what, value) results[[length(results) + 1]] <<- data.frame(what, value)

t_size <- function(effect, power, alpha = 0.05, type = "one.sample") {
  power.t.test(delta = effect, sd = 1, power = power, sig.level = alpha, type = type)$n
}
rank_size <- function(...) ceiling(t_size(...) * pi / 3)
for (share in c(1, 0.5)) for (power in c(0.8, 0.9)) {
  store(sprintf("pairs, %g of the effect, power %g", share, power), rank_size(share * effect, power))
}
store("pairs, t test", ceiling(t_size(effect, 0.8)))
store("pairs, half a standard deviation", rank_size(0.5, 0.8))
store("pairs, 2.5 points", rank_size(2.5 / sd(empathy), 0.8))
store("pairs, Holm", rank_size(effect, 0.8, 0.05 / 4))
store("pairs, stigma", rank_size(abs(mean(stigma)) / sd(stigma), 0.8))
store("pairs in each of two groups", ceiling(t_size(effect, 0.8, type = "two.sample")))
store("cheat sheet", power.t.test(delta = 1.41, sd = 4.12, power = 0.8, type = "paired")$n * pi / 3)
cautious <- t.test(empathy, conf.level = 0.6)$conf.int[1]
store("safeguard, points", cautious)
store("pairs, safeguard", rank_size(cautious / sd(empathy), 0.8))

# both one-sided t tests reject: the mean lies far enough from both bounds, over all values of the estimated SD
equivalence_power <- function(n, truth, bound = 2.5, sigma = sd(empathy)) {
  far <- function(u) qt(0.95, n - 1) * sigma * sqrt(u / (n - 1) / n)
  between <- function(u) {
    reject <- pnorm(bound - far(u), truth, sigma / sqrt(n)) - pnorm(far(u) - bound, truth, sigma / sqrt(n))
    pmax(reject, 0) * dchisq(u, n - 1)
  }
  integrate(between, 0, qchisq(1 - 1e-12, n - 1), rel.tol = 1e-9)$value
}
for (truth in c(0, 1, mean(empathy))) {
  n <- uniroot(function(n) equivalence_power(n, truth) - 0.8, c(5, 300), tol = 1e-6)$root
  store(sprintf("pairs, equivalence, t test, truth %.2f", truth), ceiling(n))
  store(sprintf("pairs, equivalence, truth %.2f", truth), ceiling(n * pi / 3))
  store(sprintf("power of equivalence, 34 pairs, truth %.2f", truth), equivalence_power(34 * 3 / pi, truth))
}

# analysis of covariance: by the formula, and by lm on simulated trials of two groups that spread as chapter 11's people
store("power, 34 in each of two groups", power.t.test(n = 34, delta = effect, sd = 1)$power)
rho <- cor(scores$empathy_before, scores$empathy_after)
store("pairs in each of two groups, ANCOVA", ceiling(t_size(effect / sqrt((1 + rho) / 2), 0.8, type = "two.sample")))
set.seed(11)
trial <- function(n, gain) {
  group <- rep(0:1, each = n)
  level <- 26 + 5.2 * rnorm(2 * n)
  before <- level + 2.9 * rnorm(2 * n)
  after <- level + gain * group + 2.9 * rnorm(2 * n)
  c(changes = t.test((after - before) ~ group, var.equal = TRUE)$p.value,
    ancova = summary(lm(after ~ before + group))$coefficients["group", 4]) <= 0.05
}
for (n in c(34, 119)) {
  found <- rowMeans(replicate(10000, trial(n, effect * 2.9 * sqrt(2))))
  store(sprintf("simulated power, %d in each group, changes", n), found[["changes"]])
  store(sprintf("simulated power, %d in each group, ANCOVA", n), found[["ancova"]])
}
store("power, 34 pairs", power.t.test(n = 34 * 3 / pi, delta = effect, sd = 1, type = "one.sample")$power)

n <- 5:1000
width_size <- function(x, wanted) n[qt(0.975, n - 1) * sd(x) / sqrt(n) <= wanted][1]
for (wanted in c(1.5, 1, 0.75, 0.5)) store(sprintf("pairs, half-width %g", wanted), width_size(empathy, wanted))
store("pairs, half-width 1, self-efficacy", width_size(change("self_efficacy"), 1))
store("pairs, half-width 1, stigma", width_size(stigma, 1))
store("interval, low", t.test(empathy)$conf.int[1])
store("interval, high", t.test(empathy)$conf.int[2])

sums <- outer(empathy, empathy, "+")
sums <- sums[lower.tri(sums)]
p_sum <- mean(sums > 0) + mean(sums == 0) / 2
store("pairs, Noether", round((1.96 + 0.84)^2 / (3 * (p_sum - 0.5)^2)))

enrolled <- 73:120
store("enrolled, 73 pairs", enrolled[pbinom(72, enrolled, 34 / 38, lower.tail = FALSE) >= 0.9][1])
enrolled <- 96:200
store("enrolled, 96 pairs, one in four lost", enrolled[pbinom(95, enrolled, 0.75, lower.tail = FALSE) >= 0.9][1])
for (measure in c("empathy", "self_efficacy", "stigma", "likelihood")) {
  both <- paste0(measure, c("_after", "_before"))
  p <- pvalue(wilcoxsign_test(scores[[both[1]]] ~ scores[[both[2]]], distribution = "exact"))  # zeros: Pratt's
  store(paste0("p, ", measure), p)
  z <- qnorm(p / 2, lower.tail = FALSE)
  store(paste0("post-hoc power, ", measure), pnorm(z - 1.96) + pnorm(-z - 1.96))
}
results <- do.call(rbind, results)
results$value <- sprintf("%.12g", results$value)
write.table(results, "ch11.csv", sep = ",", row.names = FALSE, qmethod = "double")
