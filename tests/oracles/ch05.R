# Compute with R what tests/claims/test_ch05.py compares chapter 5 with:
#
#     cd tests/oracles && Rscript ch05.R
#
# reads data/scores.csv and writes ch05.csv beside this script.


results <- list()
store <- function(case, statistic, program, value) {
  row <- data.frame(case, statistic, program, value = sprintf("%.12g", as.numeric(value)))
  results[[length(results) + 1]] <<- row
}

pairs <- na.omit(read.csv("../../data/scores.csv"))
for (measure in c("empathy", "self_efficacy", "stigma", "likelihood")) {
  before <- pairs[[paste0(measure, "_before")]]
  after <- pairs[[paste0(measure, "_after")]]
  change <- after - before
  store(measure, "mean change", "base::mean", mean(change))
  store(measure, "median change", "stats::median", median(change))
  store(measure, "difference of medians", "stats::median", median(after) - median(before))
  store(measure, "sd of changes", "stats::sd", sd(change))
  store(measure, "before with after", "stats::cor", cor(before, after))
  store(measure, "before with change", "stats::cor", cor(before, change))
  store(measure, "average with change", "stats::cor", cor((before + after) / 2, change))
  store(measure, "fell", "base::sum", sum(change < 0))
  store(measure, "same", "base::sum", sum(change == 0))
  store(measure, "rose", "base::sum", sum(change > 0))
}

write.csv(do.call(rbind, results), "ch05.csv", row.names = FALSE)
