* The Wilcoxon tests of the book in SPSS syntax. GNU PSPP 1.6.2 runs it too, from the top folder of the book:
* pspp -O format=csv -o tests/oracles/spss.csv tests/oracles/spss.sps
GET DATA /TYPE=TXT /FILE='data/scores.csv' /DELIMITERS=',' /FIRSTCASE=2
  /VARIABLES=person A3 year F1 empathy_before F2 empathy_after F2 self_efficacy_before F2 self_efficacy_after F2
  stigma_before F2 stigma_after F2 likelihood_before F2 likelihood_after F2.
NPAR TESTS
  /WILCOXON=empathy_before self_efficacy_before stigma_before likelihood_before
  WITH empathy_after self_efficacy_after stigma_after likelihood_after (PAIRED).
