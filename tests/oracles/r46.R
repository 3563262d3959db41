# Compute with R 4.6 what tests/test_statistics.py and tests/claims/test_ch03.py compare with: since 4.6.0 wilcox.test has
# an exact test for ties and zeros, and uses it for fewer than 50 values.
#
#     make oracles
#
# runs it in webr, which is R for Node and brings no packages. It reads changes.csv, data/scores.csv and data/items.csv,
# and writes r46.csv beside this script.

stopifnot(getRversion() >= "4.6.0")

results <- list()
store <- function(case, statistic, value) {
  row <- data.frame(case, statistic, program = "stats::wilcox.test", value = sprintf("%.12g", as.numeric(value)))
  results[[length(results) + 1]] <<- row
}

changes <- read.csv("changes.csv")
for (case in unique(changes$case)) {
  d <- changes$change[changes$case == case]
  default <- wilcox.test(d)
  asymptotic <- wilcox.test(d, exact = FALSE)
  store(case, "p", default$p.value)
  store(case, "p, correct = FALSE", wilcox.test(d, correct = FALSE)$p.value)
  store(case, "p, exact = FALSE", asymptotic$p.value)
  store(case, "p, exact = FALSE, correct = FALSE", wilcox.test(d, exact = FALSE, correct = FALSE)$p.value)
  store(case, "V", default$statistic)
  store(case, "V, exact = FALSE", asymptotic$statistic)
  for (level in c(0.95, 0.9)) {
    for (of in c("d", "-d")) {
      test <- wilcox.test(if (of == "d") d else -d, conf.int = TRUE, conf.level = level)
      if (of == "d" && level == 0.95) store(case, "pseudo-median", test$estimate)
      store(case, sprintf("%g%% low of %s", 100 * level, of), test$conf.int[1])
      store(case, sprintf("%g%% high of %s", 100 * level, of), test$conf.int[2])
      store(case, sprintf("%g%% attained of %s", 100 * level, of), attr(test$conf.int, "conf.level"))
    }
  }
}

# scores as sums, and as means of the items
pairs <- na.omit(read.csv("../../data/scores.csv"))
items <- read.csv("../../data/items.csv")
for (measure in unique(items$instrument)) {
  k <- sum(items$instrument == measure)
  before <- pairs[[paste0(measure, "_before")]]
  after <- pairs[[paste0(measure, "_after")]]
  means <- after / k - before / k
  for (exact in c(TRUE, FALSE)) {
    p_of <- function(d, ...) wilcox.test(d, exact = exact, correct = FALSE, ...)$p.value
    kind <- if (exact) "exact p" else "asymptotic p"
    store(measure, paste0(kind, ", sums"), p_of(after - before))
    store(measure, paste0(kind, ", means"), p_of(means))
    store(measure, paste0(kind, ", means, digits.rank = 7"), p_of(means, digits.rank = 7))
  }
}

write.table(do.call(rbind, results), "r46.csv", sep = ",", row.names = FALSE, qmethod = "double")
