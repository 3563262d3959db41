# Compute with R what tests/claims/test_ch04.py compares chapter 4 with:
#
#     cd tests/oracles && Rscript ch04.R
#
# reads data/ and writes ch04.csv beside this script.

data <- file.path("..", "..", "data")

results <- list()
store <- function(case, statistic, program, value) {
  row <- data.frame(case, statistic, program, value = sprintf("%.12g", as.numeric(value)))
  results[[length(results) + 1]] <<- row
}

scores <- read.csv(file.path(data, "scores.csv"))
instruments <- read.csv(file.path(data, "instruments.csv"))
items <- read.csv(file.path(data, "items.csv"))

# the abstract's recipe: zeros dropped, no continuity correction
p_of <- function(d) wilcox.test(d[d != 0], exact = FALSE, correct = FALSE)$p.value

for (i in seq_len(nrow(instruments))) {
  measure <- instruments$instrument[i]
  before <- scores[[paste0(measure, "_before")]]
  after <- scores[[paste0(measure, "_after")]]
  lost <- is.na(after)
  change <- (after - before)[!lost]
  store(measure, "p, 34 pairs", "stats::wilcox.test", p_of(change))
  for (part in c(0.25, 0.5, 0.75)) {
    imagined <- rep(quantile(change, part), sum(lost))
    store(measure, paste("p, the lost at", part), "stats::wilcox.test", p_of(c(change, imagined)))
  }
  for (end in c("lowest", "highest")) {
    reached <- instruments[[end]][i] * sum(items$instrument == measure)
    store(measure, paste("p, the lost end", end), "stats::wilcox.test", p_of(c(change, reached - before[lost])))
  }

  # two means, two variances and a correlation, by maximum likelihood from all 38 people: loss may depend on before
  long <- data.frame(person = rep(scores$person, 2), wave = rep(1:2, each = nrow(scores)), score = c(before, after))
  model <- nlme::gls(
    score ~ factor(wave), na.omit(long), method = "ML",
    correlation = nlme::corSymm(form = ~ wave | person), weights = nlme::varIdent(form = ~ 1 | wave)
  )
  store(measure, "mean change, 34 pairs", "mean", mean(change))
  store(measure, "mean change, 38 people", "nlme::gls", round(coef(model)[[2]], 5))  # an optimum, found to about 1e-8
}

write.table(do.call(rbind, results), "ch04.csv", sep = ",", row.names = FALSE, qmethod = "double")
