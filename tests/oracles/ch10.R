# Compute with R what tests/test_ch10.py compares chapter 10 with:
#
#     cd tests/oracles && Rscript ch10.R
#
# reads data/scores.csv and writes ch10.csv beside this script.

scores <- na.omit(read.csv("../../data/scores.csv"))

results <- list()
store <- function(case, statistic, program, value) {
  row <- data.frame(case, statistic, program, value = sprintf("%.12g", as.numeric(value)))
  results[[length(results) + 1]] <<- row
}
one_sided <- function(d, mu, alternative) {
  d <- d[d != mu] # wilcox.test would drop them too, with a warning
  wilcox.test(d, mu = mu, alternative = alternative, exact = FALSE, correct = FALSE)$p.value
}

bounds <- c(empathy = 2.5, self_efficacy = 2, stigma = 3, likelihood = 1)
p_values <- c()
for (measure in names(bounds)) {
  d <- scores[[paste0(measure, "_after")]] - scores[[paste0(measure, "_before")]]
  p_values[measure] <- wilcox.test(d[d != 0], exact = FALSE, correct = FALSE)$p.value

  for (bound in sort(unique(c(bounds[measure], seq(0.5, 6, 0.5))))) {
    larger <- max(one_sided(d, -bound, "greater"), one_sided(d, bound, "less"))
    store(measure, paste("equivalence", bound), "stats::wilcox.test", larger)
  }

  walsh <- outer(d, d, "+") / 2
  walsh <- sort(walsh[lower.tri(walsh, diag = TRUE)])
  below <- qsignrank(0.05, length(d))
  store(measure, "90% low", "stats::qsignrank", walsh[below])
  store(measure, "90% high", "stats::qsignrank", rev(walsh)[below])
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

# the p value of a second study like the first: Z scatters around 1.964 with a standard deviation of root 2
inside <- function(p) pnorm(-qnorm(p / 2), 1.964, sqrt(2)) - pnorm(qnorm(p / 2), 1.964, sqrt(2))
edges <- c(0.001, 0.01, 0.05, 0.2, 0.5)
for (edge in edges) store("second study", paste("p below", edge), "stats::pnorm", 1 - inside(edge))

write.table(do.call(rbind, results), "ch10.csv", sep = ",", row.names = FALSE, qmethod = "double")
