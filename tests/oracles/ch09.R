# Compute with R what tests/claims/test_ch09.py compares chapter 9 with:
#
#     cd tests/oracles && Rscript ch09.R
#
# reads data/scores.csv and writes ch09.csv beside this script. The bootstrap intervals come from the package boot, r from coin.

suppressPackageStartupMessages({
  library(effectsize)
  library(boot)
  library(coin)
})

scores <- na.omit(read.csv("../../data/scores.csv"))

results <- list()
store <- function(case, statistic, program, value) {
  row <- data.frame(case, statistic, program, value = sprintf("%.12g", as.numeric(value)))
  results[[length(results) + 1]] <<- row
}
superiority <- function(...) p_superiority(..., verbose = FALSE)[[1]]

rank_biserial_of <- function(d) {
  d <- d[d != 0]
  sum(sign(d) * rank(abs(d))) / sum(rank(abs(d)))
}
r_of <- function(d) { # with the zeros ranked, as Pratt does
  ranks <- sign(d) * rank(abs(d))
  sum(ranks) / sqrt(sum(ranks^2)) / sqrt(length(d))
}
chance_of_a_rise <- function(d, i) mean((d[i] > 0) + (d[i] == 0) / 2)
effects <- function(waves, i) {
  before <- waves[i, 1]
  after <- waves[i, 2]
  d <- after - before
  average_sd <- (sd(before) + sd(after)) / 2
  c(r_of(d), rank_biserial_of(d), chance_of_a_rise(d, seq_along(d)), mean(d) / sd(d), mean(d) / average_sd)
}
names <- c("r", "rank-biserial", "improvement", "d_z", "d_av")

set.seed(9)
for (measure in c("empathy", "self_efficacy", "stigma", "likelihood")) {
  before <- scores[[paste0(measure, "_before")]]
  after <- scores[[paste0(measure, "_after")]]
  change <- after - before

  store(measure, "CLES unpaired", "effectsize::p_superiority", superiority(after, before))
  store(measure, "CLES paired", "effectsize::p_superiority", superiority(after, before, paired = TRUE))
  store(measure, "CLES unpaired ranks", "effectsize::p_superiority", superiority(after, before, parametric = FALSE))
  store(
    measure, "CLES paired ranks", "effectsize::p_superiority",
    superiority(after, before, paired = TRUE, parametric = FALSE)
  )

  d <- cohens_d(after, before, paired = TRUE)
  store(measure, "d_z exact low", "effectsize::cohens_d", d$CI_low)
  store(measure, "d_z exact high", "effectsize::cohens_d", d$CI_high)
  store(measure, "g_z", "effectsize::hedges_g", hedges_g(after, before, paired = TRUE)$Hedges_g)
  for (given in c("scores", "changes")) {
    biserial <- if (given == "scores") rank_biserial(after, before, paired = TRUE) else rank_biserial(change)
    store(measure, paste("rank-biserial low, given", given), "effectsize::rank_biserial", biserial$CI_low)
    store(measure, paste("rank-biserial high, given", given), "effectsize::rank_biserial", biserial$CI_high)
  }
  z <- statistic(wilcoxsign_test(change ~ rep(0, length(change)), zero.method = "Pratt"))
  store(measure, "r from Z", "coin::wilcoxsign_test", z / sqrt(length(change)))
  store(measure, "d pooled", "effectsize::cohens_d", cohens_d(after, before, verbose = FALSE)$Cohens_d)

  test <- wilcox.test(after, before, paired = TRUE, exact = FALSE, conf.int = TRUE)
  store(measure, "typical, zeros dropped", "stats::wilcox.test", test$estimate)
  store(measure, "typical, zeros dropped, low", "stats::wilcox.test", test$conf.int[1])
  store(measure, "typical, zeros dropped, high", "stats::wilcox.test", test$conf.int[2])

  drawn <- boot(cbind(before, after), effects, R = 9999)
  for (k in seq_along(names)) {
    bca <- boot.ci(drawn, type = "bca", index = k)$bca
    store(measure, names[k], "boot::boot", drawn$t0[k])
    store(measure, paste(names[k], "low"), "boot::boot.ci", bca[4])
    store(measure, paste(names[k], "high"), "boot::boot.ci", bca[5])
  }

  # the same interval seen in the mirror: the chance of a fall, turned back
  fall <- boot.ci(boot(before - after, chance_of_a_rise, R = 9999), type = "bca")$bca
  store(measure, "improvement low, mirrored", "boot::boot.ci", 1 - fall[5])
  store(measure, "improvement high, mirrored", "boot::boot.ci", 1 - fall[4])
}

write.table(do.call(rbind, results), "ch09.csv", sep = ",", row.names = FALSE, qmethod = "double")
