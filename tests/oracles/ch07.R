# Compute what chapter 7 and the crosswalk say about other data and other programs a second time, in R:
#
#     cd tests/oracles && Rscript ch07.R
#
# writes ch07.csv beside this script.

suppressPackageStartupMessages(library(effectsize))
set.seed(7)
scores <- na.omit(read.csv("../../data/scores.csv"))
results <- list()
store <- function(what, case, value) results[[length(results) + 1]] <<- data.frame(what, case, value)

# half a step, for 28 people without ties and every W up to the middle
spread <- sqrt(28 * 29 * 57 / 24)
w <- 0:202
counted <- pmin(1, 2 * psignrank(w, 28))
from_z <- 2 * pnorm((w - 203) / spread)
corrected <- 2 * pnorm((w + 0.5 - 203) / spread)
store("counted", "28 untied, W = 117", counted[118])
store("from Z", "28 untied, W = 117", from_z[118])
store("from Z, corrected", "28 untied, W = 117", corrected[118])
helps <- abs(corrected - counted) < abs(from_z - counted)
store("smallest p that half a step helps", "28 untied", min(counted[helps]))
store("largest p that it harms", "28 untied", max(counted[!helps]))

# changes from an exponential curve, with its median or its pseudo-median at zero
for (people in c(34, 200)) {
  for (centre in c("median", "pseudo-median")) {
    zero <- if (centre == "median") log(2) else qgamma(0.5, 2) / 2
    rejected <- replicate(10000, wilcox.test(rexp(people) - zero, exact = FALSE, correct = FALSE)$p.value <= 0.05)
    store(paste("rejected,", centre, "at zero"), paste(people, "people"), mean(rejected))
  }
}

# the floating-point trap, and its cure
means <- (scores$empathy_after / 10) - (scores$empathy_before / 10)
store("p of means", "empathy", wilcox.test(means, exact = FALSE, correct = FALSE)$p.value)
store("p of means, digits.rank = 7", "empathy", wilcox.test(means, exact = FALSE, correct = FALSE, digits.rank = 7)$p.value)

# intervals that other programs print
columns <- rank_biserial(scores$empathy_after, scores$empathy_before, paired = TRUE, verbose = FALSE)
changes <- rank_biserial(scores$empathy_after - scores$empathy_before, verbose = FALSE)
store("rank-biserial", "two columns", columns$r_rank_biserial)
store("rank-biserial low", "two columns", columns$CI_low)
store("rank-biserial high", "two columns", columns$CI_high)
store("rank-biserial low", "changes", changes$CI_low)
store("rank-biserial high", "changes", changes$CI_high)
# up to R 4.5 wilcox.test warns of ties and zeros, which is expected here; from 4.6 on it reaches the level otherwise
if (getRversion() < "4.6") {
  tied <- suppressWarnings(wilcox.test(c(rep(1, 15), -1, rep(0, 18)), conf.int = TRUE))
  store("interval low", "15 up, 1 down, 18 same", tied$conf.int[1])
  store("interval high", "15 up, 1 down, 18 same", tied$conf.int[2])
  store("level reached", "15 up, 1 down, 18 same", attr(tied$conf.int, "conf.level"))
}

results <- do.call(rbind, results)
results$value <- sprintf("%.12g", results$value)
write.table(results, "ch07.csv", sep = ",", row.names = FALSE, qmethod = "double")
