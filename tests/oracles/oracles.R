# Compute with R what tests/test_statistics.py compares chapters/prepost with:
#
#     cd tests/oracles && Rscript oracles.R
#
# reads data/ and vectors.csv, and writes changes.csv (the changes that R saw) and results.csv beside this script.
# Every value but d_av, the probability of improvement, the Walsh averages and the paper's arithmetic comes from a
# published R package; those four are written out below.

suppressPackageStartupMessages({
  library(coin)
  library(exactRankTests)
  library(effectsize)
})

data <- file.path("..", "..", "data")

results <- list()
store <- function(case, statistic, program, value) {
  row <- data.frame(case, statistic, program, value = sprintf("%.12g", as.numeric(value)))
  results[[length(results) + 1]] <<- row
}

signed_rank <- function(case, d) {
  moved <- d[d != 0]
  untied <- !anyDuplicated(abs(moved)) && length(moved) == length(d)
  for (correct in c(FALSE, TRUE)) {
    # wilcox.test warns when it drops zeros, which is what is wanted here
    test <- wilcox.test(moved, exact = FALSE, correct = correct)
    store(case, if (correct) "p corrected" else "p", "stats::wilcox.test", test$p.value)
  }
  store(case, "V", "stats::wilcox.test", test$statistic)
  store(case, "p exact, drop", "exactRankTests::wilcox.exact", wilcox.exact(moved)$p.value)
  for (rule in c("Wilcoxon", "Pratt")) {
    zeros <- c(Wilcoxon = "drop", Pratt = "pratt")[rule]
    test <- wilcoxsign_test(d ~ rep(0, length(d)), zero.method = rule)
    store(case, paste0("Z, ", zeros), "coin::wilcoxsign_test", statistic(test))
    store(case, paste0("p, ", zeros), "coin::wilcoxsign_test", pvalue(test))
    test <- wilcoxsign_test(d ~ rep(0, length(d)), zero.method = rule, distribution = "exact")
    store(case, paste0("p exact, ", zeros), "coin::wilcoxsign_test", pvalue(test))
  }
  store(case, "rank-biserial", "effectsize::rank_biserial", rank_biserial(d, verbose = FALSE)$r_rank_biserial)
  store(case, "probability of improvement", "by hand", mean(d > 0) + mean(d == 0) / 2)

  # the values that coin's exact test with Pratt's zeros does not reject: every Walsh average and every gap is tried
  walsh <- outer(d, d, "+") / 2
  walsh <- sort(walsh[lower.tri(walsh, diag = TRUE)])
  store(case, "pseudo-median", "by hand", median(walsh))
  steps <- unique(round(walsh, 9))
  tried <- sort(c(steps, (head(steps, -1) + tail(steps, -1)) / 2, steps[1] - 1, max(steps) + 1))
  p <- sapply(tried, function(v) {
    shifted <- round(d - v, 9)
    if (all(shifted == 0)) return(1)
    as.numeric(pvalue(wilcoxsign_test(shifted ~ rep(0, length(d)), zero.method = "Pratt", distribution = "exact")))
  })
  accepted <- which(p > 0.05)
  if (accepted[1] > 1) {
    for (end in c("low", "high")) {
      place <- if (end == "low") min(accepted) else max(accepted)
      inside <- tried[place] %in% steps
      out <- if (end == "low") place - 1 else place + 1
      store(case, paste("pseudo-median", end), "coin::wilcoxsign_test, inverted", if (inside) tried[place] else tried[out])
      store(case, paste("pseudo-median", end, "in"), "coin::wilcoxsign_test, inverted", inside)
      store(case, paste("p outside", end), "coin::wilcoxsign_test, inverted", p[out])
    }
  }
  if (untied) {
    test <- wilcox.test(d, exact = TRUE, conf.int = length(d) > 5)
    store(case, "p exact, drop", "stats::wilcox.test", test$p.value)
    if (length(d) > 5) {
      store(case, "pseudo-median", "stats::wilcox.test", test$estimate)
      store(case, "pseudo-median low", "stats::wilcox.test", test$conf.int[1])
      store(case, "pseudo-median high", "stats::wilcox.test", test$conf.int[2])
    }
  }
}

scores <- na.omit(read.csv(file.path(data, "scores.csv")))
responses <- read.csv(file.path(data, "responses.csv"))
items <- read.csv(file.path(data, "items.csv"))
instruments <- read.csv(file.path(data, "instruments.csv"))
vectors <- read.csv("vectors.csv")

changes <- split(vectors$change, factor(vectors$vector, unique(vectors$vector)))
p_values <- c()
for (i in seq_len(nrow(instruments))) {
  measure <- instruments$instrument[i]
  before <- scores[[paste0(measure, "_before")]]
  after <- scores[[paste0(measure, "_after")]]
  changes[[measure]] <- after - before
  p_values[measure] <- pvalue(wilcoxsign_test(after ~ before, zero.method = "Pratt", distribution = "exact"))

  store(measure, "d_z", "effectsize::cohens_d", cohens_d(after, before, paired = TRUE)$Cohens_d)
  store(measure, "d_av", "by hand", mean(after - before) / ((sd(before) + sd(after)) / 2))

  own <- items[items$instrument == measure, ]
  answers <- responses[responses$wave == "before", own$item]
  turned <- own$item[own$reversed == "yes"]
  answers[turned] <- instruments$lowest[i] + instruments$highest[i] - answers[turned]
  alpha <- psych::alpha(na.omit(answers), check.keys = FALSE, warnings = FALSE)
  store(measure, "alpha", "psych::alpha", alpha$total$raw_alpha)
  store(measure, "alpha low", "psych::alpha (Feldt)", alpha$feldt$lower.ci)
  store(measure, "alpha high", "psych::alpha (Feldt)", alpha$feldt$upper.ci)
}
for (case in names(changes)) signed_rank(case, changes[[case]])

adjusted <- p.adjust(p_values, "holm")
for (measure in names(adjusted)) store(measure, "Holm", "stats::p.adjust", adjusted[measure])

# what the abstract's figures give away
for (z in c(-1.964, -2.060)) {
  store("abstract", sprintf("p of %.3f", z), "stats::pnorm", 2 * pnorm(z))
  for (n in c(33:38, 76)) store("abstract", sprintf("r of %.3f with %d", z, n), "by hand", abs(z) / sqrt(n))
}

write.table(do.call(rbind, results), "results.csv", sep = ",", row.names = FALSE, qmethod = "double")
write.csv(
  data.frame(case = rep(names(changes), lengths(changes)), change = unlist(changes)),
  "changes.csv", row.names = FALSE, quote = FALSE
)
