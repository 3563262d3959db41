# Compute with R what tests/claims/test_ch10.py compares chapter 10 with:
#
#     cd tests/oracles && Rscript ch10.R
#
# reads data/scores.csv and writes ch10.csv beside this script.

suppressPackageStartupMessages(library(coin))

scores <- na.omit(read.csv("../../data/scores.csv"))

results <- list()
store <- function(case, statistic, program, value) {
  row <- data.frame(case, statistic, program, value = sprintf("%.12g", as.numeric(value)))
  results[[length(results) + 1]] <<- row
}
pratt <- function(d, mu = 0, alternative = "two.sided") {
  shifted <- d - mu
  if (all(shifted == 0)) return(1)
  as.numeric(pvalue(wilcoxsign_test(
    shifted ~ rep(0, length(d)), zero.method = "Pratt", distribution = "exact", alternative = alternative
  )))
}

bounds <- c(empathy = 2.5, self_efficacy = 2, stigma = 3, likelihood = 1)
p_values <- c()
for (measure in names(bounds)) {
  d <- scores[[paste0(measure, "_after")]] - scores[[paste0(measure, "_before")]]
  p_values[measure] <- pratt(d)

  for (bound in sort(unique(c(bounds[measure], seq(0.5, 6, 0.5))))) {
    larger <- max(pratt(d, -bound, "greater"), pratt(d, bound, "less"))
    store(measure, paste("equivalence", bound), "coin::wilcoxsign_test", larger)
  }

  # the 90% interval: what the test does not reject, tried at every Walsh average and in every gap between two
  walsh <- outer(d, d, "+") / 2
  steps <- sort(unique(walsh[lower.tri(walsh, diag = TRUE)]))
  tried <- sort(c(steps, (head(steps, -1) + tail(steps, -1)) / 2))
  held <- which(sapply(tried, function(v) pratt(d, v)) > 0.10)
  for (end in c("low", "high")) {
    place <- if (end == "low") min(held) else max(held)
    inside <- tried[place] %in% steps
    value <- if (inside) tried[place] else tried[place + if (end == "low") -1 else 1]
    store(measure, paste("90%", end), "coin::wilcoxsign_test, inverted", value)
    store(measure, paste("90%", end, "in"), "coin::wilcoxsign_test, inverted", inside)
  }
}

for (rule in c("holm", "BH")) {
  adjusted <- p.adjust(p_values, rule)
  for (measure in names(adjusted)) store(measure, rule, "stats::p.adjust", adjusted[measure])
}

# power, type S and type M as Gelman and Carlin (2014) define them; type M by numerical integration
d <- scores$empathy_after - scores$empathy_before
se <- sd(d) / sqrt(length(d))
cut <- qnorm(0.975)
for (truth in c(0.35, 0.7, 1.41, 2.5)) {
  lambda <- truth / se
  wrong <- pnorm(-cut - lambda)
  power <- 1 - pnorm(cut - lambda) + wrong
  size <- function(x) abs(x) * dnorm(x, lambda)
  beyond <- integrate(size, cut, Inf, rel.tol = 1e-10)$value + integrate(size, -Inf, -cut, rel.tol = 1e-10)$value
  store(truth, "power", "stats::pnorm", power)
  store(truth, "type S", "stats::pnorm", wrong / power)
  store(truth, "type M", "stats::integrate", beyond / power / lambda)
}

# power of the t test where the simulation of the chapter has the signed-rank test, and of a second study at half the Z
store("0.7", "power of t", "stats::power.t.test", power.t.test(34, 0.7, sd(d), type = "one.sample", strict = TRUE)$power)
store("half of the first Z", "power", "stats::pnorm", pnorm(0.982 - 1.96) + pnorm(-0.982 - 1.96))

# the p value of a second study like the first: Z scatters around 1.964 with a standard deviation of root 2
inside <- function(p) pnorm(-qnorm(p / 2), 1.964, sqrt(2)) - pnorm(qnorm(p / 2), 1.964, sqrt(2))
edges <- c(0.001, 0.01, 0.05, 0.2, 0.5)
for (edge in edges) store("second study", paste("p below", edge), "stats::pnorm", 1 - inside(edge))

write.table(do.call(rbind, results), "ch10.csv", sep = ",", row.names = FALSE, qmethod = "double")
